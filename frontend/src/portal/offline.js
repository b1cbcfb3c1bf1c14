// The page for when there is no network: the reader's card and loans as last seen, if they asked for it.
import { furnish } from "../furniture/base.js";
import "./portal.css";
import "./pages.css";
import { askOwn, canKeep, forgetOwn, keepOwn, recallOwn, watchKeeping } from "./keeping.js";

const section = document.querySelector("[data-own]");
const url = section.dataset.own;
const part = (name) => section.querySelector(`[data-${name}]`);
const show = (name, isShown) => (part(name).hidden = !isShown);

function line(loan) {
  const made = document.createElement("li");
  const title = document.createElement("b");
  title.textContent = loan.title;
  made.append(title, ` ${[loan.due, loan.note].filter(Boolean).join(" · ")}`);
  return made;
}

function draw(own) {
  show("there", Boolean(own));
  if (!own) return;
  for (const name of ["name", "card", "at", "count"]) part(name).textContent = own[name];
  part("qr").hidden = !own.qr;
  part("qr").src = `data:image/svg+xml,${encodeURIComponent(own.qr)}`;
  part("loans").replaceChildren(...own.loans.map(line));
  show("no-loans", !own.loans.length);
}

async function begin() {
  furnish();
  watchKeeping();
  if (!canKeep() || /MicroMessenger/i.test(navigator.userAgent)) return show('says="insecure"', true);
  let own = await recallOwn(url);
  draw(own);
  const asked = await askOwn(url);
  const is = () => ({ kept: Boolean(own), in: asked.standing === "ok" });
  const offer = () => {
    show("offer", !is().kept && is().in);
    show("sign-in", !is().kept && asked.standing === "signed_out");
    show('says="none"', !is().kept && asked.standing === "gone");
  };
  if (own && is().in && JSON.parse(asked.text).of !== own.of) own = await forgetOwn();
  else if (own && is().in) await keepOwn(url, asked.text), (own = JSON.parse(asked.text));
  draw(own);
  offer();
  section.addEventListener("click", async (event) => {
    const does = event.target.closest("[data-does]")?.dataset.does;
    if (does === "keep") await keepOwn(url, asked.text);
    else if (does === "forget") await forgetOwn();
    else return;
    own = await recallOwn(url);
    draw(own);
    offer();
    (own ? part("there") : section).querySelector("button:not([hidden])")?.focus();
  });
}

begin();
