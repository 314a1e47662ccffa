// @ts-check
/** What students say, on the live page: the open question with its answers, and signs. */

import { post } from "../site/post.js";
import { toast } from "../site/toasts.js";

/** @typedef {{id: number, question: string, second: number, counts: number[], random: boolean}} CheckIn */
/**
 * @typedef {{check_in: CheckIn | null, hands: number[], lately: Record<string, number>,
 *   line: Record<string, number[]>}} Voice
 */

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);
const base = location.pathname.replace(/live\/$/, "");
const SVG = "http://www.w3.org/2000/svg";
let shown = "";

/**
 * @param {Voice} voice
 * @param {number} connected students
 */
export function showVoice(voice, connected) {
  const key = JSON.stringify([voice, connected]);
  if (key === shown) return;
  shown = key;
  showCheckIn(voice.check_in, connected);
  for (const item of document.querySelectorAll("[data-sign-count]")) {
    const kind = item.getAttribute("data-sign-count") ?? "";
    const count = item.querySelector("strong");
    if (count) count.textContent = String(voice.lately[kind] ?? 0);
    item.classList.toggle("some", (voice.lately[kind] ?? 0) > 0);
    drawLine(item.querySelector("svg"), voice.line[kind] ?? []);
  }
}

/** @param {CheckIn | null} asked @param {number} connected */
function showCheckIn(asked, connected) {
  element("asked").hidden = asked === null;
  if (asked === null) return;
  const answers = asked.counts.reduce((sum, count) => sum + count, 0);
  const total = asked.counts.reduce((sum, count, place) => sum + count * (place + 1), 0);
  element("asked-question").textContent = asked.question;
  const mean = answers ? `, mean ${(total / answers).toFixed(1)} of 5` : "";
  const how = asked.random ? ". Asked at random: it closes by itself after a minute." : "";
  element("asked-note").textContent = `${answers} of ${connected} answered${mean}${how}`;
  const most = Math.max(1, ...asked.counts);
  element("histogram").replaceChildren(
    ...asked.counts.map((count, place) => {
      const step = document.createElement("li");
      const bar = document.createElement("span");
      bar.className = "column";
      bar.style.height = `${(count / most) * 100}%`;
      const value = document.createElement("strong");
      value.textContent = String(count);
      const label = document.createElement("span");
      label.textContent = String(place + 1);
      step.append(value, bar, label);
      return step;
    }),
  );
}

/** Students by minute, the present one at the right. @param {SVGElement | null} svg @param {number[]} counts */
function drawLine(svg, counts) {
  const most = Math.max(1, ...counts);
  const width = 100 / Math.max(1, counts.length);
  svg?.replaceChildren(
    ...counts.map((count, place) => {
      const bar = document.createElementNS(SVG, "rect");
      const height = count ? Math.max(3, (count / most) * 24) : 1;
      bar.setAttribute("x", String(place * width + 1));
      bar.setAttribute("width", String(width - 2));
      bar.setAttribute("y", String(24 - height));
      bar.setAttribute("height", String(height));
      return bar;
    }),
  );
}

/** @param {number} id of the student whose hand has been seen */
export function lower(id) {
  void send(`hands/${id}/lower/`);
}

/**
 * @param {string} step below the address of the session
 * @param {Record<string, string>} [fields]
 * @returns {Promise<boolean>} whether it was done
 */
async function send(step, fields) {
  const { ok, message } = await post(base + step, fields);
  element("voice-trouble").hidden = ok;
  element("voice-trouble").textContent = ok ? "" : message;
  if (ok) toast(message);
  return ok;
}

for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => send("ask/", { question: button.getAttribute("data-ask") ?? "" }));
}
element("ask-form").addEventListener("submit", async (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  if (await send("ask/", { question: element("own-question").value })) element("own-question").value = "";
});
element("close-question").addEventListener("click", () => send("ask/close/"));
const atRandom = element("at-random");
atRandom.addEventListener("change", async () => {
  const isOn = atRandom.checked;
  if (!(await send("ask/random/", { on: isOn ? "1" : "" }))) atRandom.checked = !isOn;
});
