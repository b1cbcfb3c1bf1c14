import { defineConfig } from "vite";

// package.json holds rollup at the newest release whose parts for every platform mirrors carry: a lock file made from
// a partial one installs on one platform only.
//
// One entry per door. Names carry a hash, so that browsers may keep files for ever; the manifest tells Django
// which they are. `base: "./"` makes parts fetched later relative to the file that asks, whatever STATIC_URL is.
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  publicDir: false,
  build: {
    outDir: "../wenyuan/doors/furniture/static/built",
    emptyOutDir: true,
    assetsDir: "",
    manifest: "manifest.json",
    // WeChat's built-in browser and the older Androids of our readers.
    target: ["chrome87", "safari14", "firefox90"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: {
        workbench: "src/workbench/main.js",
        portal: "src/portal/main.js",
        // The desk without a network, and the worker that shows it: kept by browsers, so apart from the rest.
        offline: "src/offline/main.js",
        worker: "src/offline/worker.js",
        "reader-offline": "src/portal/offline.js",
        "reader-worker": "src/portal/worker.js",
      },
    },
  },
});
