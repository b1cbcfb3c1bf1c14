// Files dropped on <label class="drop"> go to the input inside it. Without scripts the input is used as it is.

export function watchDrops() {
  const area = (event) => event.target.closest?.(".drop");
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      if (!area(event)) return;
      event.preventDefault();
      area(event).classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => area(event)?.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    const drop = area(event);
    const input = drop?.querySelector("input[type=file]");
    if (!input) return;
    event.preventDefault();
    drop.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
