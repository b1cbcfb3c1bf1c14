// What a browser keeps for when there is no network: the page that then opens, with its files, and what a reader asked
// to have kept. Pages in WeChat's browser name no manifest, and nothing of this happens there.

const SHELL = "wenyuan-portal";
const OWN = "wenyuan-reader";
const SHELL_FRESH_MS = 3_600_000;
const OWN_FRESH_MS = 300_000;
const OWN_LASTS_MS = 30 * 24 * 3_600_000;
const ANSWERS_WITHIN_MS = 5_000;
const NOTE = "wenyuan-portal-kept";
const FORGOTTEN = "wenyuan-reader-forgotten";

export const canKeep = () => Boolean(navigator.serviceWorker && window.caches && window.isSecureContext);

export async function recallOwn(url) {
  if (!(await caches.has(OWN))) return undefined;
  const answer = await caches.match(url, { cacheName: OWN, ignoreVary: true }); // to open it would make it
  const own = answer && (await answer.json());
  if (own && own.at_ms + OWN_LASTS_MS < Date.now()) return forgetOwn();
  return own;
}

// When it was forgotten last, told to every tab: what was asked for before is kept by none of them afterwards. The mark
// comes before the deletion, and whoever writes looks at it once more afterwards, so that one of the two takes it away.
export async function forgetOwn() {
  try {
    localStorage.setItem(FORGOTTEN, `${Date.now()} ${Math.random()}`);
  } catch {
    // No room for the mark: what is kept goes all the same.
  }
  await caches.delete(OWN);
}

const lastForgotten = () => localStorage.getItem(FORGOTTEN);

// "ok", "signed_out", or "gone" where nobody answers (in time).
async function askOwn(url) {
  const late = new AbortController();
  const clock = setTimeout(() => late.abort(), ANSWERS_WITHIN_MS);
  try {
    const answer = await fetch(url, { redirect: "manual", cache: "no-store", signal: late.signal });
    return answer.ok ? { standing: "ok", text: await answer.text() } : { standing: answer.type === "opaqueredirect" ? "signed_out" : "gone" };
  } catch {
    return { standing: "gone" };
  } finally {
    clearTimeout(clock);
  }
}

async function put(url, text, forgotten) {
  if (lastForgotten() !== forgotten) return;
  await (await caches.open(OWN)).put(url, new Response(text, { headers: { "Content-Type": "application/json" } }));
  if (lastForgotten() !== forgotten) await caches.delete(OWN);
}

// Keep what the server says now of whoever is signed in now: the page may be an old one. What became of it is returned.
export async function keepOwn(url) {
  const forgotten = lastForgotten();
  const { standing, text } = await askOwn(url);
  if (standing === "ok") await put(url, text, forgotten);
  return standing;
}

// Ask who is signed in, and make what is kept new. Another reader than the one who asked for it leaves nothing of the
// one before, and nothing of themselves.
export async function freshenOwn(url) {
  const forgotten = lastForgotten();
  const { standing, text } = await askOwn(url);
  const before = await recallOwn(url);
  if (!before || standing !== "ok" || lastForgotten() !== forgotten) return standing;
  if (JSON.parse(text).of !== before.of) await forgetOwn();
  else if (await caches.has(OWN)) await put(url, text, forgotten);
  return standing;
}

async function freshenWhenStale(url) {
  const own = await recallOwn(url);
  if (own && own.at_ms + OWN_FRESH_MS < Date.now()) await freshenOwn(url);
}

async function keepShell(url) {
  const { lang, dataset } = document.documentElement;
  const look = JSON.stringify([lang, dataset.theme, dataset.print, dataset.contrast]);
  const noted = JSON.parse(localStorage.getItem(NOTE) ?? "{}");
  const cache = await caches.open(SHELL);
  if (noted.look === look && noted.at + SHELL_FRESH_MS > Date.now() && (await cache.match(url, { ignoreVary: true }))) return;
  const answer = await fetch(url, { cache: "reload" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.clone().text(), "text/html");
  const named = page.querySelectorAll('link[rel="stylesheet"], link[rel="modulepreload"], link[rel="icon"], script[src]');
  const files = [...named].map((one) => new URL(one.getAttribute("href") ?? one.getAttribute("src"), location.origin).href);
  const wanted = new Set([new URL(url, location.origin).href, ...files]);
  const kept = new Set((await cache.keys()).map((request) => request.url));
  await cache.addAll(files.filter((file) => !kept.has(file)));
  await cache.put(url, answer);
  for (const file of kept) if (!wanted.has(file)) await cache.delete(file);
  localStorage.setItem(NOTE, JSON.stringify({ look, at: Date.now() }));
}

// Signing out, and reporting a card lost.
function watchForgetting() {
  let isForgotten = false;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (isForgotten || !(form.action.endsWith("/account/sign-out") || form.matches("[data-forgets-reader]"))) return;
    event.preventDefault();
    isForgotten = true;
    forgetOwn()
      .catch(() => {})
      .then(() => form.submit());
  });
}

// On every page, without a question to the server: it says by whom it was asked for, and old things go by themselves.
async function forgetOthers({ kept, reader }) {
  const own = await recallOwn(kept);
  if (own && reader && own.of !== reader) await forgetOwn();
}

export function watchKeeping() {
  if (!canKeep()) return;
  watchForgetting();
  if (document.querySelector("[data-forgets-reader]:not(form)")) forgetOwn().catch(() => {});
  const told = document.querySelector('link[rel="manifest"]')?.dataset;
  if (!told?.shell) return;
  const isSettled = forgetOthers(told).catch(() => {});
  window.addEventListener("load", async () => {
    navigator.serviceWorker.register(told.worker).catch(() => {});
    keepShell(told.shell).catch(() => {});
    await isSettled;
    if (told.reader) freshenWhenStale(told.kept).catch(() => {});
  });
}
