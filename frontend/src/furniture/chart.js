// <table data-chart="bars"> or "line" is drawn as a chart above itself; the table stays, folded away, for those who
// would rather read or cannot see it. The drawing library is fetched only when a page has such a table.

export async function drawCharts(root) {
  const tables = [...(root.querySelectorAll?.("table[data-chart]:not([data-drawn])") ?? [])];
  if (!tables.length) return;
  for (const table of tables) table.dataset.drawn = "";
  try {
    const { drawTable } = await import("./chart-draw.js");
    for (const table of tables) drawTable(table);
  } catch {
    // The numbers are on the page already; a chart that cannot be fetched is not worth a warning.
    for (const table of tables) delete table.dataset.drawn;
  }
}
