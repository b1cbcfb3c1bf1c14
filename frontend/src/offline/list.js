// The list of this machine: whether a scan is a card that may borrow, an item that is lent, or neither.
import { recall } from "./store.js";

const DAY_MS = 86_400_000;
const IDENTITY = /^(\d{17}[\dXx]|\d{15})$/;

const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

// The list as it may be asked, or null. `now` is by the house's clock, as far as this machine knows it.
export async function readList() {
  const kept = await recall("list");
  if (!kept) return null;
  const key = await crypto.subtle.importKey("raw", bytes(kept.salt), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const box = await crypto.subtle.importKey("spki", bytes(kept.public_key), { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
  const cards = new Set(kept.cards);
  const blocked = new Set(kept.blocked);
  const never = new Set(kept.kept);
  const types = new Map();
  for (const [type, barcodes] of Object.entries(kept.items)) for (const barcode of barcodes) types.set(barcode, type);
  return {
    ...kept,
    count: { cards: cards.size, items: types.size + never.size },
    isExpired: (now) => now >= kept.expires_ms,
    // "card", "blocked", "item", "kept", "identity" or "strange"
    async what(code) {
      if (types.has(code)) return "item";
      if (never.has(code)) return "kept";
      const number = canonical(code);
      const hash = await hashed(key, number);
      if (cards.has(hash)) return blocked.has(hash) ? "blocked" : "card";
      return IDENTITY.test(number) ? "identity" : "strange";
    },
    // The earliest day on which it falls due, as the house wrote it; of what is not on the list nobody knows.
    due(code, now) {
      const days = Math.floor((startOfDay(now) - startOfDay(kept.issued_ms)) / DAY_MS + 0.5);
      return kept.due[types.get(code)]?.[Math.max(days, 0)] ?? "";
    },
    seal: async (card) => text(await crypto.subtle.encrypt({ name: "RSA-OAEP" }, box, new TextEncoder().encode(card))),
  };
}

const startOfDay = (ms) => new Date(ms).setHours(0, 0, 0, 0);

// A card's number as the house writes it: half width, without blanks, in capitals.
const canonical = (code) => code.normalize("NFKC").replaceAll(/\s+/g, "").toUpperCase();

async function hashed(key, number) {
  const whole = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(number));
  return text(whole.slice(0, 6));
}
