// @ts-check
/**
 * A student's receipt: the curve in the page's colours, as reports have it; a stretch that is
 * dragged on it goes into the two fields of what was wrong.
 */

import "../reports/report.js";

const MINUTE = /** @type {const} */ ({ from: "from_minute", to: "to_minute" });

const chart = document.querySelector(".chart[data-figure=own]");
const form = /** @type {HTMLFormElement | null} */ (document.getElementById("dispute"));

/** @param {string} name */
function field(name) {
  return /** @type {HTMLInputElement} */ (form?.elements.namedItem(name));
}

if (chart && form) {
  /** @type {any} */ (chart).on("plotly_relayout", (/** @type {Record<string, any>} */ change) => {
    const from = change["xaxis.range[0]"];
    const to = change["xaxis.range[1]"];
    if (typeof from !== "number" || typeof to !== "number") return;
    const last = Number(field(MINUTE.to).max);
    const start = Math.min(Math.max(0, Math.floor(from)), last - 1);
    field(MINUTE.from).value = String(start);
    field(MINUTE.to).value = String(Math.max(start + 1, Math.min(last, Math.ceil(to))));
  });
}
