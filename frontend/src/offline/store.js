// What this machine keeps: the list, which is wiped on sign-out, and apart from it the acts that the house has not
// answered, which are not. Acts are written through to the disk before the desk says that they are done.

const NAME = "wenyuan-offline";

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("kept");
      asked.result.createObjectStore("acts", { keyPath: "sequence", autoIncrement: true });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

async function within(store, mode, work) {
  const base = await database();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(store, mode, { durability: "strict" });
    const asked = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export const recall = (name) => within("kept", "readonly", (store) => store.get(name));
export const keep = (name, value) => within("kept", "readwrite", (store) => store.put(value, name));
export const forget = (name) => within("kept", "readwrite", (store) => store.delete(name));

export const addAct = (act) => within("acts", "readwrite", (store) => store.add(act));
export const unsentActs = (most) => within("acts", "readonly", (store) => store.getAll(null, most));
export const countUnsent = () => within("acts", "readonly", (store) => store.count());
export const dropActs = (sequences) =>
  within("acts", "readwrite", (store) => sequences.map((sequence) => store.delete(sequence)).pop());

export const wipeList = () => forget("list");

export function hex(bytes) {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A random word for this machine; it counts its acts, so it goes with the store.
export async function device() {
  const known = await recall("device");
  if (known) return known;
  await keep("device", hex(6));
  return recall("device");
}
