// Draws a table with ECharts: the first column names the steps, each further column is a series. The first series is
// this year (solid ink), the second what it is compared with (outline or dashes), so that fill tells them apart as well
// as colour. "across" has its bars lie, for steps whose names are long. Colours come from the tokens and follow a change of theme.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, TooltipComponent, AriaComponent]);
use([CanvasRenderer, SVGRenderer]);

const drawn = new Set();
const PICTURE = { width: 1200, height: 600 };

export function drawTable(table) {
  const figure = document.createElement("div");
  figure.className = "chart";
  figure.setAttribute("aria-hidden", "true"); // the table says it better
  const fold = table.closest("details.chart-table");
  (fold ?? table).before(figure);
  if (lies(table)) figure.style.height = `${heightOf(table)}px`;
  if (fold) fold.open = false;
  const chart = init(figure, null, { renderer: "svg" });
  const entry = { chart, table, figure };
  drawn.add(entry);
  paint(entry);
  new ResizeObserver(() => chart.resize()).observe(figure);
  offerPictures(table);
}

function offerPictures(table) {
  const offered = table.closest("figure")?.querySelector(".chart-files");
  if (!offered) return;
  offered.hidden = false;
  offered.addEventListener("click", async (event) => {
    const form = event.target.closest("button")?.dataset.picture;
    if (form) keepFile(await pictureOf(table, form), `${titleOf(table)}.${form}`);
  });
}

// Drawn anew, in the size of a document's page and with its title, whatever the window is like.
async function pictureOf(table, form) {
  const svg = form === "svg";
  const canvas = document.createElement("canvas");
  const size = lies(table) ? { ...PICTURE, height: Math.max(PICTURE.height, heightOf(table) + 80) } : PICTURE;
  const options = { ...size, renderer: svg ? "svg" : "canvas", ssr: svg, devicePixelRatio: 2 };
  const chart = init(svg ? null : canvas, null, options);
  const token = tokensOf(table);
  const option = optionOf(table);
  chart.setOption({
    ...option,
    animation: false,
    backgroundColor: token("--paper"),
    title: { text: titleOf(table), left: 16, top: 12, textStyle: { ...option.textStyle, color: token("--ink") } },
    legend: { ...option.legend, top: 16, right: 16 },
    grid: { ...option.grid, left: 16, right: 24, top: 64, bottom: 16 },
  });
  try {
    if (svg) return new Blob([chart.renderToSVGString()], { type: "image/svg+xml" });
    chart.getZr().flush();
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    chart.dispose();
  }
}

function keepFile(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function titleOf(table) {
  return table.caption?.textContent.trim() || document.title;
}

for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
  matchMedia(query).addEventListener("change", () => drawn.forEach(paint));
}

function paint(entry) {
  if (!entry.figure.isConnected) {
    entry.chart.dispose();
    drawn.delete(entry);
    return;
  }
  entry.chart.setOption(optionOf(entry.table), true);
}

function optionOf(table) {
  const token = tokensOf(table);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].filter((row) => !row.classList.contains("total"));
  const text = { color: token("--ink-faint"), fontFamily: token("--sans"), fontSize: 12 };
  return {
    animation: !still,
    animationDuration: 200,
    textStyle: text,
    grid: { left: 4, right: 12, top: heads.length > 2 ? 36 : 12, bottom: 4, containLabel: true },
    legend: { show: heads.length > 2, top: 0, right: 0, textStyle: { ...text, color: token("--ink-soft") } },
    // Rich text, since an HTML tooltip would need inline styles, which the security policy forbids.
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: token("--leaf"),
      borderColor: token("--edge"),
      textStyle: { ...text, color: token("--ink") },
    },
    ...axesOf(table, rows, text, token),
    series: heads.slice(1).map((name, index) => ({
      name,
      ...shapeOf(table.dataset.chart, index, token),
      data: rows.map((row) => numberIn(row.cells[index + 1])),
    })),
  };
}

function axesOf(table, rows, text, token) {
  const names = {
    type: "category",
    data: rows.map((row) => row.cells[0].dataset.short ?? row.cells[0].textContent.trim()),
    axisLine: { lineStyle: { color: token("--edge") } },
    axisTick: { show: false },
    axisLabel: text,
  };
  const numbers = { type: "value", splitLine: { lineStyle: { color: token("--hair") } }, axisLabel: text };
  if (!lies(table)) return { xAxis: names, yAxis: numbers };
  const short = { ...text, interval: 0, width: 120, overflow: "truncate" };
  return { xAxis: numbers, yAxis: { ...names, inverse: true, axisLabel: short } };
}

function lies(table) {
  return table.dataset.chart === "across";
}

function heightOf(table) {
  return 60 + 34 * table.tBodies[0].rows.length;
}

function shapeOf(kind, index, token) {
  const colour = [token("--chart-now"), token("--chart-then"), token("--chart-third")][index % 3];
  if (kind === "line") {
    const style = { color: colour, width: index ? 1.5 : 2, type: ["solid", "dashed", "dotted"][index % 3] };
    return { type: "line", lineStyle: style, itemStyle: { color: colour }, symbol: "none" };
  }
  const outline = { color: token("--paper"), borderColor: colour, borderWidth: 1.5 };
  return { type: "bar", barMaxWidth: 22, barGap: "15%", itemStyle: index % 2 ? outline : { color: colour } };
}

function numberIn(cell) {
  const words = cell?.dataset.value ?? cell?.textContent ?? "";
  const number = Number(words.replaceAll(/[,\s%]/g, ""));
  return words.trim() === "" || Number.isNaN(number) ? null : number;
}

function tokensOf(element) {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(name).trim();
}
