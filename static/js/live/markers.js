// @ts-check
/**
 * Markers on the live page: one key or click sets one at the present second; the list below
 * changes and removes them. They come back with the server's next tick, on every open dashboard.
 */

import { clock, cssColour, timeOf } from "../site/charts.js";
import { post } from "../site/post.js";
import { toast } from "../site/toasts.js";
import { capital } from "../site/words.js";

/** @typedef {{id: number, second: number, kind: string, text: string}} Marker */

const KEYS = { t: "topic", a: "activity", b: "break", q: "question", n: "note" };

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);
const base = location.pathname.replace(/live\/$/, "markers/");
/** @type {Marker[]} */
let markers = [];
/** Of the marker whose text is being typed: a tick must not take it away. */
let typing = 0;

/** @param {Marker[] | undefined} told all of the session, or undefined where nothing changed */
export function takeMarkers(told) {
  if (told === undefined) return;
  markers = told;
  showList();
}

/** @returns {Record<string, any>} shapes and annotations of a chart over time */
export function markerLines() {
  const line = { color: cssColour("--text-3"), width: 1, dash: "dot" };
  return {
    shapes: markers.map(({ second }) => ({
      type: "line",
      x0: timeOf(second),
      x1: timeOf(second),
      y0: 0,
      y1: 1,
      yref: "paper",
      line,
    })),
    annotations: markers.map(({ second, kind, text }) => ({
      x: timeOf(second),
      y: 1,
      yref: "paper",
      yanchor: "top",
      xanchor: "left",
      showarrow: false,
      text: escaped(text || capital(kind)).slice(0, 24),
      font: { size: 14, color: cssColour("--text-2") },
      bgcolor: cssColour("--surface"),
    })),
  };
}

/** Plotly reads a few HTML tags in texts. @param {string} text */
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** @param {string} kind of a marker that is set now */
async function set(kind) {
  const answer = await send("", { kind, text: "" });
  const { id } = answer;
  if (id === undefined) return;
  typing = id;
  toast(`Marked: ${capital(kind)}`, { label: "Undo", act: () => send(`${id}/remove/`, {}) });
}

function showList() {
  const list = element("markers");
  element("no-markers").hidden = markers.length > 0;
  if (list.contains(document.activeElement) && document.activeElement?.tagName === "INPUT") return;
  list.replaceChildren(...[...markers].reverse().map(row));
  if (typing) {
    list.querySelector(`[data-marker="${typing}"] input`)?.focus();
    typing = 0;
  }
}

/** @param {Marker} marker */
function row({ id, second, kind, text }) {
  const item = element("marker").content.firstElementChild.cloneNode(true);
  item.dataset.marker = String(id);
  item.querySelector("[data-part=time]").textContent = clock(second);
  item.querySelector("[data-part=kind]").textContent = capital(kind);
  const input = item.querySelector("input");
  input.value = text;
  input.setAttribute("aria-label", `Text of the marker at ${clock(second)}`);
  input.addEventListener("change", () => send(`${id}/`, { kind, text: input.value }));
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" || event.key === "Escape") input.blur();
  });
  input.addEventListener("blur", () => setTimeout(showList));
  item.querySelector("button").addEventListener("click", () => send(`${id}/remove/`, {}));
  return item;
}

/**
 * @param {string} step below the address of the markers
 * @param {Record<string, string>} fields
 * @returns {Promise<{ok: boolean, message: string, id?: number}>}
 */
async function send(step, fields) {
  const said = await post(base + step, fields);
  element("marker-trouble").hidden = said.ok;
  element("marker-trouble").textContent = said.ok ? "" : said.message;
  return said;
}

for (const button of document.querySelectorAll("[data-set-marker]")) {
  button.addEventListener("click", () => set(button.getAttribute("data-set-marker") ?? ""));
}
document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const isTyping = ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName);
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (document.querySelector("dialog[open]")) return;
  const kind = KEYS[/** @type {keyof typeof KEYS} */ (event.key.toLowerCase())];
  if (!kind || element("marker-bar").hidden) return;
  event.preventDefault();
  void set(kind);
});
