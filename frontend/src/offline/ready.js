// Keeping this page and its files in the browser, so that it opens without a network. Nothing of anybody is in them.

const CACHE = "wenyuan-offline";

export async function keepPage() {
  const files = [...document.querySelectorAll('link[rel="stylesheet"], link[rel="modulepreload"], link[rel="icon"]')].map((link) => link.href);
  const scripts = [...document.querySelectorAll("script[src]")].map((script) => script.src);
  const wanted = [location.origin + location.pathname, ...files, ...scripts];
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => request.url));
  await cache.add(new Request(wanted[0], { cache: "reload" }));
  await cache.addAll(wanted.slice(1).filter((url) => !kept.has(url)));
  for (const url of kept) if (!wanted.includes(url)) await cache.delete(url);
}
