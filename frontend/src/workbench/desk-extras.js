// Small helps of the desk: a form that appears takes the focus, and the scan field is drawn as it is.
import "./desk.css";

export function helpDesk() {
  document.addEventListener("htmx:afterSettle", (event) => {
    const field = event.target.querySelector?.("[data-takes-focus]");
    if (field && !field.value) field.focus();
    redrawFocus();
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
