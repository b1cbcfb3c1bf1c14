// What the page says, in its own words (the hidden list #words).

const find = (name) => document.querySelector(`[data-${name}]`);

export function word(name, facts = {}) {
  const words = document.querySelector(`#words [data-word="${name}"]`)?.textContent ?? "";
  return words.replaceAll(/\[(\w+)\]/g, (whole, fact) => facts[fact] ?? whole);
}

export function day(ms) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", day: "numeric" }).format(new Date(ms));
}

const dayOf = (iso) => day(new Date(`${iso}T12:00:00`).getTime());

export function standing(kind, words, note = "") {
  const line = find("standing");
  line.className = `alert standing ${kind}`;
  find("standing-words").textContent = words;
  find("standing-note").replaceChildren(note);
}

export function unsent(count) {
  find("unsent").textContent = count;
  for (const name of ["upload", "export"]) document.querySelector(`[data-does="${name}"]`).disabled = !count;
}

export function list(kept, note = "") {
  const facts = kept && { day: day(kept.issued_ms), until: day(kept.expires_ms), cards: kept.count.cards, items: kept.count.items };
  find("list-words").textContent = [facts ? word("list", facts) : word("list_none"), note].filter(Boolean).join(" ");
  document.querySelector('[data-does="wipe"]').hidden = !kept;
  find("place").textContent = kept?.place ?? "";
}

export function mode(name) {
  find("mode").textContent = word(name);
  for (const button of document.querySelectorAll('[data-does="lend"], [data-does="return"]')) {
    button.setAttribute("aria-pressed", String(button.dataset.does === name));
  }
}

export function reader(tail) {
  find("reader").hidden = tail === null;
  find("reader-words").textContent = tail === null ? "" : word("reader", { n: tail });
  if (tail === null) find("signal").hidden = true;
  else signal("good", "in", "reader_open", "", "");
}

export function signal(kind, shape, said, code, note) {
  const line = find("signal");
  line.className = `signal ${kind}`;
  line.hidden = false;
  find("signal-word").className = `tag ${shape}`;
  find("signal-word").textContent = word(said);
  find("signal-code").textContent = code;
  find("signal-note").textContent = typeof note === "string" ? word(note) || note : "";
}

export function done(said, code, due) {
  const until = due && word("due", { day: dayOf(due) });
  signal("good", said === "lent" ? "out" : "in", said, code, until);
  const row = document.createElement("tr");
  const cells = [word(said), code, due && dayOf(due)].map((text, place) => {
    const cell = document.createElement(place === 1 ? "th" : "td");
    if (place === 1) cell.scope = "row";
    cell.textContent = text || "—";
    return cell;
  });
  row.append(...cells);
  const table = find("pile");
  table.hidden = false;
  table.tBodies[0].prepend(row);
}
