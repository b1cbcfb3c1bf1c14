// The page for when there is no network: the reader's card and loans as last seen, if they asked for it.
import { furnish } from "../furniture/base.js";
import "./portal.css";
import "./pages.css";
import { canKeep, forgetOwn, freshenOwn, keepOwn, recallOwn, watchKeeping } from "./keeping.js";

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
  let standing = await freshenOwn(url); // before anything is drawn: it may be another reader's by now
  const look = async () => {
    const own = await recallOwn(url);
    draw(own);
    show("offer", !own && standing === "ok");
    show("sign-in", !own && standing === "signed_out");
    show('says="none"', !own && standing === "gone");
  };
  await look();
  section.addEventListener("click", async (event) => {
    const does = event.target.closest("[data-does]")?.dataset.does;
    if (does === "keep") standing = await keepOwn(url);
    else if (does === "forget") await forgetOwn();
    else return;
    await look();
    [...section.querySelectorAll("button, a")].find((one) => one.offsetParent)?.focus();
  });
}

begin();
