// The desk without a network: card, items, done; or returns. It decides by the list alone, says at each scan what came of
// it, and keeps each act before saying so. What the list does not know is scanned once more to be done all the same.
import { sound } from "../furniture/sound.js";
import { readList } from "./list.js";
import { addAct, hex, recall } from "./store.js";

const ONCE_MORE_MS = 30_000;
const SAME_SCAN_MS = 700;

export class Desk {
  mode = "lend";
  reader = null; // { card, tail }: never written down but sealed
  list = null;
  asked = { code: "", at: 0 };
  last = { code: "", at: 0 };

  constructor(show) {
    this.show = show;
  }

  async begin() {
    this.list = await readList().catch(() => null);
  }

  // Scans wait for one another, so that a fast hand keeps its order.
  scan(code) {
    this.line = (this.line ?? Promise.resolve()).then(() => this.take(code)).catch(() => this.stop("not_kept", code));
    return this.line;
  }

  async take(given) {
    const code = given.trim();
    const now = Date.now();
    if (!code || (code === this.last.code && now - this.last.at < SAME_SCAN_MS)) return;
    this.last = { code, at: now };
    return this.mode === "return" ? this.takeBack(code) : this.lend(code);
  }

  async takeBack(code) {
    const what = this.list ? await this.list.what(code) : "strange";
    if (["card", "blocked", "identity"].includes(what)) return this.stop("a_card", "");
    if (this.list && what === "strange" && !this.isAskedAgain(code)) return this.askAgain("strange_item", code);
    await this.write({ kind: "checkin", item: code, card: "", token: this.list?.token ?? "" });
    this.good("returned", code);
  }

  async lend(code) {
    const { list } = this;
    if (!list) return this.stop("no_list", code);
    if (list.isExpired(await houseTime())) return this.stop("expired", code);
    const what = await list.what(code);
    if (what === "blocked") {
      this.finish(); // what comes next is this reader's, and never that of the one before
      return this.stop("blocked", "");
    }
    if (what === "card" || what === "identity") return this.open(code);
    if (what === "kept") return this.stop("kept", code);
    if (!this.reader && what === "item") return this.stop("card_first", code);
    if (what === "strange" && !this.isAskedAgain(code)) {
      return this.askAgain(this.reader ? "strange_item" : "strange_card", this.reader ? code : "");
    }
    if (!this.reader) return this.open(code);
    await this.write({ kind: "checkout", item: code, card: await list.seal(this.reader.card), token: list.token });
    this.good("lent", code, list.due(code, await houseTime()));
  }

  open(card) {
    this.reader = { card, tail: card.slice(-4) };
    sound("good");
    this.show.reader(this.reader.tail);
  }

  finish() {
    this.reader = null;
    this.asked = { code: "", at: 0 };
    this.show.reader(null);
  }

  turn(mode) {
    this.mode = mode;
    this.finish();
    this.show.mode(mode);
  }

  async write(act) {
    await addAct({ ...act, key: hex(16), device_ms: Date.now(), offset_ms: (await recall("error_ms")) ?? null });
  }

  isAskedAgain(code) {
    return this.asked.code === code && Date.now() - this.asked.at < ONCE_MORE_MS;
  }

  askAgain(word, code) {
    this.asked = { code: this.last.code, at: Date.now() };
    sound("attention");
    this.show.signal("attention", "soon", "once_more", code, word);
  }

  good(word, code, due = "") {
    this.asked = { code: "", at: 0 };
    sound("good");
    this.show.done(word, code, due);
  }

  stop(word, code) {
    sound("stop");
    this.show.signal("stop", "stop", "stop", code, word);
  }
}

// The time of the house, as far as this machine knows it.
export async function houseTime() {
  return Date.now() + ((await recall("error_ms")) ?? 0);
}
