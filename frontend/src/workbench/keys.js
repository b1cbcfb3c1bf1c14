// Keys declared in the page: <button data-key="F8">, "Ctrl S", "Alt 1", "/", "Esc". A key presses what declares it, so
// that everything a key does can be done, and found, without it.

const TYPING = 'input:not([type="checkbox"]):not([type="radio"]):not([type="button"]):not([type="submit"]), textarea, select, [contenteditable="true"]';

export const isTyping = (element) => Boolean(element?.matches?.(TYPING));

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    const key = nameOf(event);
    if (!key || (isPlain(key) && isWriting(event.target))) return;
    const target = holderOf(key);
    if (!target) return;
    event.preventDefault();
    if (event.repeat) return;
    if (target.disabled || target.getAttribute("aria-disabled") === "true") {
      document.dispatchEvent(new CustomEvent("wenyuan:refused"));
    } else if (isTyping(target)) {
      target.focus();
    } else {
      target.click();
    }
  });
  listAllKeys();
}

// "F8", "Ctrl S", "Alt 1", "Alt ↑", "Esc", "/": as printed on the key caps of the page.
function nameOf(event) {
  const arrows = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const bare = (event.altKey && digit) || arrows[event.key] || event.key;
  const held = (event.ctrlKey || event.metaKey ? "Ctrl " : "") + (event.altKey ? "Alt " : "");
  if (bare.length > 1 && !held && !/^(F\d+|Esc)$/.test(bare)) return "";
  return held + (bare.length === 1 ? bare.toUpperCase() : bare);
}

const isPlain = (key) => key.length === 1;

// A sign such as "?" acts as a key in the scan field while nothing is written there: no barcode begins with one.
function isWriting(element) {
  if (!isTyping(element)) return false;
  const isEmptyScan = element.closest("[data-scan]") && element.value === "";
  return !isEmptyScan;
}

function holderOf(key) {
  const within = document.querySelector("dialog[open]") ?? document;
  return [...within.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key.toUpperCase() === key.toUpperCase() && element.getClientRects().length,
  );
}

// The "all keys" dialog reads what the page declares when it is opened.
function listAllKeys() {
  const list = document.querySelector("#keys-dialog [data-list]");
  document.addEventListener("click", (event) => {
    if (!list || event.target.closest("[data-opens]")?.dataset.opens !== "keys-dialog") return;
    const seen = new Set(["?"]);
    for (const found of list.querySelectorAll("[data-found]")) found.remove();
    for (const element of document.querySelectorAll("[data-key]")) {
      const key = element.dataset.key;
      const words = element.dataset.keyWords || element.getAttribute("aria-label") || wordsOf(element);
      if (seen.has(key) || !words || !element.getClientRects().length) continue;
      seen.add(key);
      const cap = document.createElement("kbd");
      cap.textContent = key;
      const term = document.createElement("dt");
      term.append(cap);
      const meaning = document.createElement("dd");
      meaning.textContent = words;
      term.dataset.found = meaning.dataset.found = "";
      list.append(term, meaning);
    }
  }, true);
}

function wordsOf(element) {
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, svg")) extra.remove();
  return copy.textContent.replaceAll(/\s+/g, " ").trim();
}
