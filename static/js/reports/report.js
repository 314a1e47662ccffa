// @ts-check
/**
 * Draws the figures of a report in the page's colours. An exported file holds this script as it
 * stands, so it imports nothing.
 */

/** @typedef {{ data: Record<string, any>[], layout: Record<string, any> }} Figure */

const NARROW_PX = 480;
const MOST_TICKS = 5;
/** Inside a card on A4, which is no wider whatever the screen is. */
const PAPER_PX = 650;
/** Of the axis of charts over the time of a lesson. */
const TIME_TITLE = "time since the start";
const CONFIG = {
  displaylogo: false,
  responsive: true,
  modeBarButtons: [["toImage", "resetScale2d"]],
};

/** @type {Record<string, Figure>} */
const figures = JSON.parse(document.getElementById("figures")?.textContent ?? "{}");
/** The custom property of tokens.css by its colour on light pages, which figures have. @type {Record<string, string>} */
const tokens = JSON.parse(document.getElementById("chart-tokens")?.textContent ?? "{}");
/** @type {NodeListOf<HTMLElement>} */
const places = document.querySelectorAll(".chart[data-figure]");

/** @param {string} name a custom property of tokens.css, with its dashes */
function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * The same in the colours of the page as it is now, however deep they stand.
 * @param {any} value
 * @returns {any}
 */
function coloured(value) {
  if (typeof value === "string") return value in tokens ? css(tokens[value]) : value;
  if (Array.isArray(value)) return value.map(coloured);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one)]));
}

/**
 * The layout in the colours of the page as it is now.
 * @param {Record<string, any>} layout
 * @param {boolean} isNarrow
 */
function dressed(layout, isNarrow) {
  const text = css("--text");
  const result = coloured(layout);
  result.font = { ...layout.font, family: css("--font-sans"), color: text };
  result.hoverlabel = {
    bgcolor: css("--surface"),
    bordercolor: css("--line"),
    font: { color: text, size: 14 },
  };
  for (const name of Object.keys(result).filter((key) => /^[xy]axis\d*$/.test(key))) {
    result[name] = { gridcolor: css("--line"), linecolor: css("--line"), zeroline: false, ...result[name] };
    if (isNarrow && name.startsWith("x")) thin(result[name]);
  }
  for (const label of result.annotations ?? []) {
    Object.assign(label, { bgcolor: css("--surface"), bordercolor: css("--line-strong") });
    label.font = { ...label.font, color: text };
  }
  for (const shape of result.shapes ?? []) {
    shape.label = { ...shape.label, font: { ...shape.label?.font, color: css("--text-2") } };
  }
  return result;
}

/** Fewer figures along an axis, for a phone. @param {Record<string, any>} axis */
function thin(axis) {
  axis.nticks = MOST_TICKS;
  if (!axis.tickvals) return;
  const each = Math.ceil(axis.tickvals.length / MOST_TICKS);
  for (const key of ["tickvals", "ticktext"]) {
    axis[key] = axis[key].filter((/** @type {unknown} */ _, /** @type {number} */ place) => place % each === 0);
  }
}

/** @param {number} second */
function clock(second) {
  const minutes = Math.floor(second / 60);
  return `${minutes}:${String(Math.round(second % 60)).padStart(2, "0")}`;
}

/**
 * A stretch of time that is dragged on a chart can be shown in the whole report.
 * @param {HTMLElement} place
 */
function offerStretch(place) {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("stretch"));
  const button = document.getElementById("stretch-show");
  if (!form || !button || place.dataset.listens) return;
  place.dataset.listens = "true";
  /** @type {any} */ (place).on("plotly_relayout", (/** @type {Record<string, any>} */ change) => {
    const from = change["xaxis.range[0]"];
    const to = change["xaxis.range[1]"];
    const isRange = typeof from === "number" && typeof to === "number";
    button.hidden = !isRange;
    if (!isRange) return;
    const start = Math.max(0, Math.floor(from * 60));
    const end = Math.max(start + 1, Math.ceil(to * 60));
    for (const [name, value] of [["from", start], ["to", end]]) {
      const input = form.elements.namedItem(String(name));
      if (input instanceof HTMLInputElement) input.value = String(value);
    }
    button.textContent = `Show only minute ${clock(start)} to ${clock(end)}`;
  });
}

async function draw() {
  const drawn = [...places].map((place) => {
    const figure = figures[place.dataset.figure ?? ""];
    const layout = dressed(figure.layout, place.clientWidth < NARROW_PX);
    if (matchMedia("print").matches) layout.width = PAPER_PX;
    return window.Plotly.react(place, coloured(figure.data), layout, CONFIG);
  });
  await Promise.all(drawn);
  for (const place of places) {
    if (figures[place.dataset.figure ?? ""].layout.xaxis?.title?.text === TIME_TITLE) offerStretch(place);
  }
  document.documentElement.dataset.ready = "true";
}

for (const media of ["(prefers-color-scheme: dark)", "print"]) {
  matchMedia(media).addEventListener("change", draw);
}
// Of site/theme.js.
document.addEventListener("theme-changed", draw);
await draw();
