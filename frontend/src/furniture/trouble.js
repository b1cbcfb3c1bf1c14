// When a request made in the background fails, the page says so in its own words (furniture/dialogs.html):
// silence would look like success.

export function watchTrouble() {
  const line = document.getElementById("trouble");
  if (!line) return;
  const say = (kind) => {
    for (const words of line.querySelectorAll("[data-kind]")) words.hidden = words.dataset.kind !== kind;
    line.hidden = false;
    document.dispatchEvent(new CustomEvent("wenyuan:refused"));
  };
  document.addEventListener("htmx:sendError", () => say("network"));
  document.addEventListener("htmx:timeout", () => say("network"));
  document.addEventListener("htmx:responseError", (event) =>
    say({ 401: "session", 403: "session" }[event.detail.xhr.status] ?? "server"),
  );
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status < 400) line.hidden = true;
  });
}
