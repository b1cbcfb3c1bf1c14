// What the everyday desk does about lending without a network: it says when the network is gone and leads to the page
// that works alone, and wipes that page's list when somebody signs out.

export function watchNetwork() {
  const line = document.querySelector("[data-network-gone]");
  const tell = (isGone) => {
    if (line) line.hidden = !isGone;
  };
  window.addEventListener("offline", () => tell(true));
  window.addEventListener("online", () => tell(false));
  document.addEventListener("htmx:sendError", () => tell(true));
  document.addEventListener("htmx:afterOnLoad", () => tell(false));
  if (navigator.onLine === false) tell(true);
}

export function watchSignOut() {
  let wiped = false;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (wiped || !form.matches("form[data-signs-out]") || !window.indexedDB || !window.isSecureContext) return;
    event.preventDefault();
    wiped = true;
    import("../offline/store.js")
      .then(({ wipeList }) => wipeList())
      .catch(() => {})
      .then(() => form.submit());
  });
}
