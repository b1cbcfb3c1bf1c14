// Shows the page for when there is no network in place of a page of the portal that cannot be reached. It touches nothing
// else: forms, background requests and the pages of other doors go their way. No imports: browsers take it as a script.

const SHELL = new URL("offline", self.location.href);
const OTHERS = ["workbench/", "api/", "look/", "oai", "sru", "i18n/"].map((path) => new URL(path, self.location.href).pathname);

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== SHELL.origin) return;
  if (request.mode === "navigate") {
    if (OTHERS.some((path) => url.pathname.startsWith(path))) return;
    event.respondWith(fetch(request).catch(() => kept(SHELL.href)));
  } else if (url.pathname.includes("/static/")) {
    event.respondWith(kept(request).then((answer) => (answer.type === "error" ? fetch(request) : answer)));
  }
});

async function kept(what) {
  const cache = await caches.open("wenyuan-portal");
  return (await cache.match(what, { ignoreVary: true })) ?? Response.error();
}
