// Small helps of the desk: a form that appears takes the focus, slips print at a press, and a reader's page may be
// left by the scanner.
import "./desk.css";

export function helpDesk() {
  document.addEventListener("htmx:afterSettle", (event) => {
    const field = event.target.querySelector?.("[data-takes-focus]");
    if (field && !field.value) field.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-prints]")) window.print();
  });
}
