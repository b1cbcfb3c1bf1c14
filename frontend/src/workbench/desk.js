// The desk: what is scanned always lands in the scan field, scans queue while one is being answered, and a refusal is
// seen and heard. Without this file the field is an ordinary form with autofocus.
import { sound } from "../furniture/sound.js";
import { isTyping } from "./keys.js";

const SAME_SCAN_MS = 700; // a wand that sends twice does so within this

const form = () => document.querySelector("form[data-scan]");
const field = () => form()?.querySelector("input:not([type=hidden])");

export function watchDesk() {
  document.addEventListener("wenyuan:refused", showRefusal);
  document.addEventListener("htmx:afterSettle", (event) => {
    const answer = event.target;
    if (answer.matches?.("[data-refused]") || answer.querySelector?.("[data-refused]")) showRefusal();
    else sound(answer.querySelector?.("[data-sounds]")?.dataset.sounds);
    returnFocus();
  });
  if (document.querySelector("[data-refused]")) showRefusal();
  keepFocus();
  queueScans();
}

function showRefusal() {
  sound("stop");
  const frame = form();
  if (!frame) return;
  frame.classList.add("refusing");
  setTimeout(() => frame.classList.remove("refusing"), 900);
}

// Focus goes to the field when nothing else holds it, never away from an input in use, and never from a button that was
// reached by Tab: then the first character scanned takes it along instead.
function returnFocus() {
  const held = document.activeElement;
  if (!document.querySelector("dialog[open]") && (!held || held === document.body)) field()?.focus();
}

function keepFocus() {
  returnFocus();
  window.addEventListener("focus", returnFocus);
  document.addEventListener("close", returnFocus, true);
  document.addEventListener("click", (event) => {
    if (event.detail && !isTyping(document.activeElement) && !window.getSelection()?.toString()) {
      const operable = event.target.closest("a, button, summary, label, input, select, textarea, dialog");
      if (!operable) field()?.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    const isCharacter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.defaultPrevented || !isCharacter || isTyping(event.target)) return;
    if (!document.querySelector("dialog[open]")) field()?.focus();
  });
}

// One scan is answered after the other, each under its own key, so that a repeated request is answered and not repeated.
function queueScans() {
  const waiting = [];
  let last = { code: "", at: 0 };
  let lost = null;
  let busy = false;

  document.addEventListener(
    "submit",
    (event) => {
      if (!event.target.matches("form[data-scan][hx-post]") || !window.htmx) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const input = field();
      const code = input.value.trim();
      const now = performance.now();
      input.value = "";
      input.focus();
      if (!code || (code === last.code && now - last.at < SAME_SCAN_MS)) return;
      last = { code, at: now };
      waiting.push(lost?.code === code ? lost : { code, key: freshKey() });
      lost = null;
      if (!busy) drain();
    },
    true,
  );

  async function drain() {
    busy = true;
    while (waiting.length && form()) {
      const scan = waiting[0];
      const answered = await send(scan);
      waiting.shift();
      if (answered) continue;
      // Nothing came back: return the code for another try under the same key; those behind it go with the next scan.
      lost = scan;
      last = { code: "", at: 0 };
      if (field() && !field().value) field().value = scan.code;
      break;
    }
    busy = false;
  }
}

async function send(scan) {
  const frame = form();
  let answered = false;
  const note = (event) => {
    if (event.detail.elt === frame) answered ||= event.detail.xhr.status > 0;
  };
  document.addEventListener("htmx:afterRequest", note);
  try {
    await window.htmx.ajax("POST", frame.getAttribute("hx-post"), {
      source: frame,
      target: frame.getAttribute("hx-target") ?? frame,
      swap: frame.getAttribute("hx-swap") ?? undefined,
      values: { [field().name]: scan.code, key: scan.key },
    });
  } catch {
    // A failed request has been told already (trouble.js); here only whether an answer came counts.
  } finally {
    document.removeEventListener("htmx:afterRequest", note);
  }
  return answered;
}

function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing over plain HTTP
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
