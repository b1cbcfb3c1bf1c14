// A list below the search box of what may be meant so far. Without scripts the box is used as it is; with them the list
// is a listbox of a combobox: arrow keys choose, Enter looks for it, Escape closes.

const WAIT_MS = 150;

export function watchSearchBox() {
  for (const form of document.querySelectorAll("form[data-suggest]")) new Suggestions(form);
}

class Suggestions {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=search]");
    this.list = document.createElement("ul");
    this.list.id = `${this.input.id}-suggested`;
    this.list.className = "suggested";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", form.dataset.suggested);
    this.list.hidden = true;
    this.said = document.createElement("span");
    this.said.className = "unseen";
    this.said.setAttribute("role", "status");
    form.append(this.list, this.said);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]]) {
      this.input.setAttribute(name, value);
    }
    // While an input method composes, its letters are not what is looked for yet.
    this.input.addEventListener("input", (event) => event.isComposing || this.ask());
    this.input.addEventListener("compositionstart", () => this.mark(-1));
    this.input.addEventListener("compositionend", () => this.ask());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
  }

  ask() {
    this.mark(-1); // Enter looks for what stands in the box, not for what was chosen before it changed
    clearTimeout(this.timer);
    this.asked?.abort();
    const text = this.input.value.trim();
    if (!text) return this.close();
    this.timer = setTimeout(async () => {
      this.asked = new AbortController();
      try {
        const url = `${this.form.dataset.suggest}?q=${encodeURIComponent(text)}`;
        const answer = await fetch(url, { signal: this.asked.signal });
        if (answer.ok) this.show((await answer.json()).texts);
        else this.close();
      } catch (error) {
        // A list less is no trouble: looking works without it. One that was stopped leaves the next one alone.
        if (error.name !== "AbortError") this.close();
      }
    }, WAIT_MS);
  }

  show(texts) {
    if (document.activeElement !== this.input || !texts.length) return this.close();
    this.list.replaceChildren(
      ...texts.map((text, place) => {
        const option = document.createElement("li");
        option.id = `${this.list.id}-${place}`;
        option.setAttribute("role", "option");
        option.textContent = text;
        return option;
      }),
    );
    this.mark(-1);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.said.textContent = `${this.form.dataset.suggested} (${texts.length})`;
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.list.hidden = true;
    this.mark(-1);
    this.input.setAttribute("aria-expanded", "false");
    this.said.textContent = "";
  }

  mark(place) {
    this.place = place;
    [...this.list.children].forEach((option, one) => option.setAttribute("aria-selected", String(one === place)));
    const chosen = this.list.children[place];
    if (chosen) this.input.setAttribute("aria-activedescendant", chosen.id);
    else this.input.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    if (event.isComposing || event.keyCode === 229) return; // 229: Safari's Enter that ends composing
    if (this.list.hidden) return event.key === "Escape" ? this.close() : undefined; // stops what is being asked
    const count = this.list.children.length;
    if (event.key === "ArrowDown") this.mark(this.place + 1 < count ? this.place + 1 : -1);
    else if (event.key === "ArrowUp") this.mark(this.place < 0 ? count - 1 : this.place - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.place >= 0) this.take(this.list.children[this.place]);
    else return;
    event.preventDefault();
  }

  take(option) {
    if (!option) return;
    this.input.value = option.textContent;
    this.close();
    this.form.requestSubmit();
  }
}
