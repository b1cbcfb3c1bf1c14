// The page for work without a network. It is kept by the browser with everything it needs, and works when the tab was
// killed and opened again with the network still gone.
import { furnish } from "../furniture/base.js"; // first: its styles come before the desk's
import "../workbench/workbench.css";
import "../workbench/office.css";
import "../workbench/desk.css";
import "./offline.css";
import { watchKeys } from "../workbench/keys.js";
import { Desk } from "./desk.js";
import { contact, exported, fetchList, lastSeen, upload } from "./house.js";
import { keepPage } from "./ready.js";
import * as show from "./show.js";
import { countUnsent, keep, recall, wipeList } from "./store.js";

const LOOK_EVERY_MS = 20_000;
const LIST_STALE_MS = 12 * 3_600_000;

const desk = new Desk({ ...show, done: (...said) => (show.done(...said), tellUnsent()) });
let busy = false;
let trouble = ""; // how it stands with the house, while it does not stand well

async function tellUnsent() {
  show.unsent(await countUnsent());
  if (trouble) await tellStanding(trouble);
}

async function readList(note) {
  await desk.begin();
  show.list(desk.list, note);
}

// Whether the house is there, and what follows from that: a fresh list, and whatever waits goes up.
async function look({ asked = false } = {}) {
  if (busy) return;
  busy = true;
  try {
    const { standing } = await contact();
    if (standing === "ok") {
      trouble = "";
      keepPage().catch(() => {});
      if ((await recall("ready")) && lastSeen().may_lend && (await isStale())) await fetchList();
      await readList();
      await sendWaiting();
    } else {
      if (standing === "signed_out") await readList();
      await tellStanding(standing);
    }
  } finally {
    busy = false;
    await tellUnsent();
  }
}

async function isStale() {
  const list = await recall("list");
  return !list || list.issued_ms + LIST_STALE_MS < Date.now();
}

async function sendWaiting() {
  const all = await countUnsent();
  if (!all) return show.standing("fine", show.word("online"), show.word("online_note"));
  const sums = await upload((n) => show.standing("told", show.word("uploading", { n, all })));
  if (sums.standing !== "ok") return tellStanding(sums.standing);
  const notes = [sums.listed && show.word("uploaded_note", { n: sums.listed }), sums.clock && show.word("clock", { n: sums.clock })];
  show.standing(sums.listed || sums.clock ? "heed" : "fine", show.word("uploaded", { n: sums.sent }), notes.filter(Boolean).join(" "));
}

async function tellStanding(standing) {
  trouble = standing;
  const waiting = show.word("waiting", { n: await countUnsent() });
  if (standing === "signed_out") {
    const link = document.createElement("a");
    link.href = `/workbench/sign-in?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = show.word("sign_in");
    show.standing("heed", show.word("signed_out"), link);
  } else if (standing === "forbidden") show.standing("refused", show.word("forbidden"), waiting);
  else if (standing === "refused") show.standing("refused", show.word("refused_upload"), waiting);
  else show.standing("heed", show.word("gone"), waiting);
}

const acts = {
  lend: () => desk.turn("lend"),
  return: () => desk.turn("return"),
  finish: () => desk.finish(),
  upload: () => look({ asked: true }),
  async fetch() {
    const { standing } = await contact();
    const fetched = standing === "ok" && (await fetchList()) === "ok";
    if (!fetched) return readList(show.word("list_failed"));
    await keep("ready", true);
    const lasts = await navigator.storage?.persist?.().catch(() => false);
    await keepPage();
    await readList([show.word("list_ready"), lasts ? "" : show.word("not_lasting")].filter(Boolean).join(". "));
  },
  async wipe() {
    await wipeList();
    await keep("ready", false);
    await readList();
  },
  async export() {
    const file = new Blob([JSON.stringify(await exported())], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `wenyuan-offline-${new Date().toISOString().slice(0, 16).replaceAll(/[:T]/g, "-")}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    show.list(desk.list, show.word("exported"));
  },
};

function watchPage() {
  const field = document.getElementById("scan");
  document.querySelector("form[data-scan]").addEventListener("submit", (event) => {
    event.preventDefault();
    desk.scan(field.value);
    field.value = "";
    field.focus();
  });
  document.addEventListener("click", (event) => {
    const name = event.target.closest("[data-does]")?.dataset.does;
    if (!name) return;
    Promise.resolve(acts[name]()).then(tellUnsent);
    if (name !== "export") field.focus();
  });
  window.addEventListener("online", () => look());
  window.addEventListener("offline", () => tellStanding("gone"));
  setInterval(() => look(), LOOK_EVERY_MS);
}

async function begin() {
  furnish();
  if (!window.isSecureContext || !window.indexedDB || !navigator.serviceWorker) {
    document.querySelector("[data-insecure]").hidden = false;
    document.querySelector("[data-standing]").hidden = true;
    return;
  }
  watchKeys();
  watchPage();
  navigator.serviceWorker.register("/workbench/desk/offline/worker.js", { scope: "/workbench/" }).catch(() => {});
  await readList();
  await tellUnsent();
  document.querySelector("[data-works]").hidden = false; // not before: a scan wants the list
  document.getElementById("scan").focus();
  await look();
}

begin();
