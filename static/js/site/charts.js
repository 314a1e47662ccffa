// @ts-check
/** What live charts share: the page's colours, a plain layout, figures in words. */

import { THEME_CHANGED } from "./theme.js";

/** Nothing to zoom or to export: a chart here is read, and the report has the downloads. */
export const config = { displayModeBar: false, responsive: true, displaylogo: false };

/** Above the plot, where it takes no width from a phone. */
export const legend = { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 };

/** @param {string} name a custom property of tokens.css, with its dashes */
export function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * A layout in the page's colours, for light and dark; what is given in `more` wins.
 * @param {Record<string, any>} more
 */
export function layout(more = {}) {
  const axis = {
    gridcolor: cssColour("--line"),
    linecolor: cssColour("--line"),
    zeroline: false,
    fixedrange: true,
    automargin: true,
  };
  const { xaxis, yaxis, ...rest } = more;
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: cssColour("--font-sans"), size: 14, color: cssColour("--text") },
    margin: { l: 8, r: 8, t: 8, b: 8 },
    legend,
    hoverlabel: {
      bgcolor: cssColour("--surface"),
      bordercolor: cssColour("--line"),
      font: { color: cssColour("--text"), size: 14 },
    },
    ...rest,
    xaxis: { ...axis, ...xaxis },
    yaxis: { ...axis, ...yaxis },
  };
}

/**
 * A line with the area under it, which ends where the line does: Plotly would fill on across a
 * gap, so every run of values is a trace of its own.
 *
 * @param {Record<string, any>} line a trace with x and y
 * @param {string} fillcolor
 * @returns {object[]}
 */
export function filled(line, fillcolor) {
  /** @type {Record<string, any>[]} */
  const runs = [];
  line.y.forEach((/** @type {number | null} */ value, /** @type {number} */ index) => {
    if (value === null) return;
    if (index === 0 || line.y[index - 1] === null) {
      runs.push({ ...line, x: [], y: [], fill: "tozeroy", fillcolor, legendgroup: line.name, showlegend: runs.length === 0 });
    }
    const run = runs[runs.length - 1];
    run.x.push(line.x[index]);
    run.y.push(value);
  });
  return runs;
}

/**
 * Calls back whenever the page changes between light and dark.
 * @param {() => void} redraw
 */
export function onThemeChange(redraw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.addEventListener(THEME_CHANGED, redraw);
}

/**
 * 0..1 as a whole percentage; a dash where there is no value.
 * @param {number | null | undefined} share
 */
export function percent(share) {
  return share == null ? "–" : `${Math.round(share * 100)} %`;
}

/**
 * Engagement, 0..1, as reports show it; a dash where there is no value.
 * @param {number | null | undefined} value
 */
export function decimal(value) {
  return value == null ? "–" : value.toFixed(2);
}

/**
 * A second of the session on an axis of dates, which alone has ticks at round times.
 * @param {number} second
 */
export function timeOf(second) {
  return new Date(second * 1000).toISOString();
}

/**
 * How such an axis, up to this second, writes its times: 12:30, or 1:12:30.
 * @param {number} end
 */
export function clockFormat(end) {
  return end >= 3600 ? "%-H:%M:%S" : "%-M:%S";
}

/**
 * Seconds as 1:02 or 1:00:02.
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  if (whole >= 3600) parts.unshift(Math.floor(whole / 3600));
  return parts.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}
