// Who leaves a page with something typed and not saved is asked first. Also what a check, pinyin or a refusal has brought
// back is not saved (data-unsaved). Without scripts nothing asks.

export function watchUnsaved() {
  const form = document.querySelector("form[data-asks]");
  if (!form) return;
  let isWritten = form.hasAttribute("data-unsaved");
  form.addEventListener("input", () => (isWritten = true));
  form.addEventListener("submit", () => (isWritten = false));
  window.addEventListener("beforeunload", (event) => {
    if (isWritten) event.preventDefault();
  });
}
