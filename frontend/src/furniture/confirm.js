// A grave act is asked about once more: <form data-confirm="What will happen" data-confirm-act="Word on the button">.
// The dialog itself, with its words, is part of the page (furniture/dialogs.html).

export function watchConfirmations() {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog || typeof dialog.showModal !== "function") return;
  const agreed = new WeakSet();

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const asked = event.submitter?.dataset.confirm ? event.submitter : form;
      if (!asked.dataset.confirm) return;
      if (agreed.delete(form)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(dialog, asked.dataset, () => {
        agreed.add(form);
        form.requestSubmit(event.submitter ?? undefined);
      });
    },
    true,
  );
}

function ask(dialog, words, act) {
  const button = dialog.querySelector("[value=yes]");
  button.dataset.plain ??= button.textContent;
  dialog.querySelector("[data-what]").textContent = words.confirm;
  button.textContent = words.confirmAct || button.dataset.plain;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && act(), { once: true });
  dialog.showModal();
  dialog.querySelector("[value=no]").focus();
}
