// A toast offers to undo and goes away by itself, but not while it is looked at: the pointer or focus holds it.

const SHOWN_FOR_MS = 12_000;

export function watchToasts(root) {
  for (const toast of root.querySelectorAll?.("[data-toast]:not([data-watched])") ?? []) {
    toast.dataset.watched = "";
    const leave = () =>
      setTimeout(() => (toast.matches(":hover, :focus-within") ? leave() : toast.remove()), SHOWN_FOR_MS);
    leave();
  }
}
