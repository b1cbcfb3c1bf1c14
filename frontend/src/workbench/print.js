// Slips are printed from a frame that nobody sees, so that no window comes up between two readers. Without this file,
// and where a browser lets no frame print, the link opens the PDF itself.

export function watchPrinting() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("button[data-prints]")) window.print(); // a page that is itself the paper
    const link = event.target.closest("a[data-prints-slip]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    printSlip(link.href);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const ready = event.target.querySelector?.("[data-prints-now]");
    if (ready) printSlip(ready.href);
  });
}

function printSlip(url) {
  document.getElementById("slip-frame")?.remove();
  const frame = document.createElement("iframe");
  frame.id = "slip-frame";
  frame.tabIndex = -1;
  frame.ariaHidden = "true";
  frame.addEventListener("load", () => {
    try {
      frame.contentWindow.print();
    } catch {
      window.open(url, "_blank", "noopener"); // a refused frame, or a viewer of another origin
    }
  });
  frame.src = url;
  document.body.append(frame);
}
