// Small helps of the desk: a form that appears takes the focus, slips print at a press, and a reader's page may be
// left by the scanner.
import "./desk.css";

export function helpDesk() {
  document.addEventListener("htmx:afterSettle", (event) => {
    const field = event.target.querySelector?.("[data-takes-focus]");
    if (field && !field.value) field.focus();
    redrawFocus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-prints]")) window.print();
  });
}

// The scan form is kept through a swap, so that what is being typed is not lost. Chromium then keeps the field's focus
// but forgets that the form around it holds it, and would draw it as if it did not listen.
function redrawFocus() {
  const field = document.activeElement;
  const form = field?.closest?.("form[data-scan]");
  if (!form || form.matches(":focus-within")) return;
  field.blur();
  field.focus();
}
