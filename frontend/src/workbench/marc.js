// The MARC editor: while one writes, the field of the line at the cursor is explained beside it. Without scripts the same
// help is a page of its own, and everything else is a plain form.

export function watchMarc() {
  const form = document.querySelector("form[data-marc]");
  const text = form?.elements.namedItem("text");
  const help = form?.querySelector("[data-field-help]");
  if (!text || !help) return;
  const known = new Map();
  let shown = "";

  const show = async () => {
    const tag = tagAt(text);
    if (!tag || tag === shown) return;
    shown = tag;
    if (!known.has(tag)) known.set(tag, await explained(form.dataset.help, tag));
    if (shown === tag && known.get(tag)) help.innerHTML = known.get(tag);
  };
  for (const event of ["keyup", "click", "focus"]) text.addEventListener(event, show);
}

function tagAt(text) {
  const before = text.value.slice(0, text.selectionStart);
  const line = text.value.slice(before.lastIndexOf("\n") + 1);
  return /^[0-9A-Za-z]{3}(?=\s)/.exec(line)?.[0] ?? "";
}

async function explained(address, tag) {
  try {
    const answer = await fetch(`${address}?tag=${encodeURIComponent(tag)}`, { headers: { "HX-Request": "true" } });
    return answer.ok ? await answer.text() : "";
  } catch {
    return "";
  }
}
