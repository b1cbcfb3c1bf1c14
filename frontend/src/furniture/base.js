// What every door's pages do when scripts run. Each part finds its own marks in the page and leaves the rest alone.
import "./base.css";
import { watchConfirmations } from "./confirm.js";
import { watchCopies } from "./copy.js";
import { watchDialogs } from "./dialogs.js";
import { drawCharts } from "./chart.js";
import { watchDrops } from "./drop.js";
import { watchToasts } from "./toast.js";
import { watchTrouble } from "./trouble.js";

document.documentElement.classList.add("js");

export function furnish() {
  watchConfirmations();
  watchCopies();
  watchDialogs();
  watchDrops();
  watchTrouble();
  const fresh = (root) => {
    drawCharts(root);
    watchToasts(root);
  };
  fresh(document);
  document.addEventListener("htmx:afterSettle", (event) => fresh(event.target));
}
