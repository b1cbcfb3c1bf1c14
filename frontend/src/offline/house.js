// Speaking with the house: whether it is there, the list, the uploads; and how far this machine's clock is off.
import { device, dropActs, keep, recall, unsentActs, wipeList } from "./store.js";

const HERE = new URL("/workbench/desk/offline/", location.href);
const PATIENCE_MS = 8000;
const PORTION = 50; // as many acts as the house takes at once

let seen = null; // what the house said last

export const lastSeen = () => seen;

// "ok" with what it said, "signed_out", "forbidden", or "gone".
export async function contact() {
  const began = Date.now();
  const answer = await ask("contact");
  const ended = Date.now();
  seen = null;
  if (answer.standing !== "ok") {
    if (answer.standing === "signed_out") await wipeList();
    return answer;
  }
  seen = answer.said;
  seen.error_ms = Math.round(seen.now_ms - (began + ended) / 2); // half the way is taken off
  await keep("error_ms", seen.error_ms);
  const list = await recall("list");
  if (list && (list.account !== seen.account || list.branch !== seen.branch)) await wipeList();
  return answer;
}

export async function fetchList() {
  const answer = await ask("lists", { method: "POST", headers: { "X-CSRFToken": seen?.csrf ?? "" } });
  if (answer.standing === "ok") await keep("list", answer.said);
  return answer.standing;
}

// In the order in which things were done, in portions. What is answered is dropped; what is not comes again, and counts
// once. One window at a time, where the browser can say so.
export async function upload(tell) {
  if (navigator.locks) return navigator.locks.request("wenyuan-upload", () => uploadAll(tell));
  return uploadAll(tell);
}

async function uploadAll(tell) {
  const sums = { sent: 0, listed: 0, clock: null, standing: "ok" };
  for (;;) {
    const acts = await unsentActs(PORTION);
    if (!acts.length) return sums;
    tell(sums.sent);
    const answer = await ask("acts", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": seen?.csrf ?? "" },
      body: JSON.stringify({ device: await device(), offset_ms: seen?.error_ms ?? null, acts }),
    });
    if (answer.standing !== "ok") return { ...sums, standing: answer.standing };
    const outcomes = new Map(answer.said.acts.map((act) => [act.key, act]));
    const answered = acts.filter((act) => outcomes.has(act.key));
    if (!answered.length) return { ...sums, standing: "refused" };
    await dropActs(answered.map((act) => act.sequence));
    sums.sent += answered.length;
    sums.listed += answered.filter((act) => outcomes.get(act.key).outcome !== "recorded").length;
    sums.clock = answer.said.clock_minutes ?? sums.clock;
  }
}

export async function exported() {
  const acts = await unsentActs();
  return { wenyuan: "offline acts", version: 1, device: await device(), offset_ms: null, exported_ms: Date.now(), acts };
}

async function ask(path, options = {}) {
  try {
    const answer = await fetch(new URL(path, HERE), {
      redirect: "manual",
      cache: "no-store",
      signal: patience(),
      ...options,
    });
    if (answer.type === "opaqueredirect") return { standing: "signed_out" };
    if (answer.status === 403) return { standing: "forbidden" };
    if (answer.status === 400 || answer.status === 413) return { standing: "refused" };
    if (!answer.ok) return { standing: "gone" };
    return { standing: "ok", said: await answer.json() };
  } catch {
    return { standing: "gone" };
  }
}

function patience() {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), PATIENCE_MS * 4);
  return stop.signal;
}
