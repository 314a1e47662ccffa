// @ts-check
/** What the live page points out, until the teacher has seen it or it is over. */

import { clock, percent } from "../site/charts.js";
import { post } from "../site/post.js";
import { toast } from "../site/toasts.js";

/**
 * @typedef {{id: number, kind: string, participant: number | null, second: number, value: number,
 *   seen: boolean}} Alert
 */

const base = location.pathname.replace(/live\/$/, "");
let shown = "";

/** @type {Record<string, (alert: Alert, name: string) => string>} */
const TEXTS = {
  engaged: ({ value }) => `Few are engaged: ${percent(value)} of the students seen.`,
  coverage: ({ value }) => `Few faces are seen: coverage ${percent(value)}.`,
  away: (_, name) => `${name} is away.`,
  confused: ({ value }) => `${value} students signal that they are confused.`,
};

/**
 * @param {Alert[]} alerts
 * @param {(id: number) => string} nameOf a participant
 */
export function showAlerts(alerts, nameOf) {
  const open = alerts.filter((alert) => !alert.seen);
  const key = JSON.stringify(open);
  if (key === shown) return;
  shown = key;
  document.getElementById("alerts")?.replaceChildren(...open.map((alert) => notice(alert, nameOf)));
}

/** @param {Alert} alert @param {(id: number) => string} nameOf */
function notice(alert, nameOf) {
  const made = document.createElement("div");
  made.className = "notice warn alert";
  made.dataset.alert = alert.kind;
  const text = document.createElement("p");
  const name = alert.participant === null ? "" : nameOf(alert.participant);
  const told = TEXTS[alert.kind]?.(alert, name) ?? alert.kind;
  text.textContent = `${told} Since ${clock(alert.second)}.`;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button secondary small";
  button.textContent = "Seen";
  button.setAttribute("aria-label", `Seen: ${told}`);
  button.addEventListener("click", () => acknowledge(alert.id, made));
  made.append(text, button);
  return made;
}

/** @param {number} id @param {HTMLElement} made */
async function acknowledge(id, made) {
  const { ok, message } = await post(`${base}alerts/${id}/seen/`);
  toast(message);
  if (ok) made.remove();
}
