// What a browser keeps for when there is no network: the page that then opens, with its files, and what a reader asked
// to have kept. Pages in WeChat's browser name no manifest, and nothing of this happens there.

const SHELL = "wenyuan-portal";
const OWN = "wenyuan-reader";
const SHELL_FRESH_MS = 3_600_000;
const OWN_FRESH_MS = 300_000;
const OWN_LASTS_MS = 30 * 24 * 3_600_000;
const NOTE = "wenyuan-portal-kept";

export const canKeep = () => Boolean(navigator.serviceWorker && window.caches && window.isSecureContext);

export async function recallOwn(url) {
  if (!(await caches.has(OWN))) return undefined; // to open it would make it
  const answer = await (await caches.open(OWN)).match(url, { ignoreVary: true });
  const own = answer && (await answer.json());
  if (own && own.at_ms + OWN_LASTS_MS < Date.now()) return forgetOwn();
  return own;
}

export async function forgetOwn() {
  await caches.delete(OWN);
}

// "ok", "signed_out", or "gone" where nobody answers.
export async function askOwn(url) {
  try {
    const answer = await fetch(url, { redirect: "manual", cache: "no-store" });
    return answer.ok ? { standing: "ok", text: await answer.text() } : { standing: answer.type === "opaqueredirect" ? "signed_out" : "gone" };
  } catch {
    return { standing: "gone" };
  }
}

export async function keepOwn(url, text) {
  await (await caches.open(OWN)).put(url, new Response(text, { headers: { "Content-Type": "application/json" } }));
}

// Another reader than the one who asked for it leaves nothing of the one before, and nothing of themselves.
async function freshenOwn(url) {
  const before = await recallOwn(url);
  if (!before || before.at_ms + OWN_FRESH_MS > Date.now()) return;
  const { standing, text } = await askOwn(url);
  if (standing !== "ok") return;
  if (JSON.parse(text).of === before.of) await keepOwn(url, text);
  else await forgetOwn();
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

function watchSignOut() {
  let isForgotten = false;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (isForgotten || !form.action.endsWith("/account/sign-out")) return;
    event.preventDefault();
    isForgotten = true;
    forgetOwn()
      .catch(() => {})
      .then(() => form.submit());
  });
}

export function watchKeeping() {
  if (!canKeep()) return;
  watchSignOut();
  if (document.querySelector("[data-forgets-reader]")) forgetOwn().catch(() => {});
  const told = document.querySelector('link[rel="manifest"]')?.dataset;
  if (!told?.shell) return;
  window.addEventListener("load", () => {
    navigator.serviceWorker.register(told.worker).catch(() => {});
    keepShell(told.shell).catch(() => {});
    if ("reader" in told) freshenOwn(told.kept).catch(() => {});
  });
}
