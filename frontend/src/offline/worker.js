// Shows the page for work without a network when no page of the workbench can be reached. It touches nothing else: forms,
// background requests and downloads go their way as ever. No imports, so that browsers take it as a plain script.

const CACHE = "wenyuan-offline";
const ALONE = new URL("./", self.location.href);
const PATIENCE_MS = 4000; // a network that is half gone answers nothing for minutes

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== ALONE.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(url.pathname === ALONE.pathname ? alone(request) : fetch(request).catch(() => Response.redirect(ALONE.href)));
  } else if (url.pathname.includes("/static/")) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept ?? fetch(request)));
  }
});

async function alone(request) {
  const kept = await caches.match(ALONE.href, { ignoreVary: true });
  const fresh = fetch(request);
  if (!kept) return fresh;
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  // Behind a proxy a server that is gone still answers: 502, 503.
  return Promise.race([fresh.then((answer) => (answer.status < 500 ? answer : kept)).catch(() => kept), late]);
}
