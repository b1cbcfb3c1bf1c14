// A button with data-copy="<id>" copies the text of that field. It is hidden until a script runs: without one the text is
// marked and copied by hand.

export function watchCopies() {
  for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-copy]");
    const field = button && document.getElementById(button.dataset.copy);
    if (!field) return;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // where the page is not served by TLS browsers offer nothing else
    }
    const said = button.parentElement.querySelector("[data-copied]");
    if (said) said.hidden = false;
  });
}
