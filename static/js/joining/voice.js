// @ts-check
/** What a student says: answers to the teacher's question, signs, a raised hand. */

import { post } from "../site/post.js";

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);
const base = location.pathname.replace(/class\/$/, "");
/** The check-in that can be answered now. @type {number | null} */
let open = null;

/** @param {{id: number | null, question: string | null}} told */
export function showQuestion({ id, question }) {
  if (id === open) return;
  open = id;
  element("question").hidden = id === null;
  if (id === null) return;
  element("question-text").textContent = question;
  element("answer-note").textContent =
    "Your classmates never see it. Your teacher sees how many chose what.";
  choose(null);
}

/** @param {boolean} live whether the class is being recorded */
export function showSigns(live) {
  element("signs").hidden = !live;
  if (!live) showQuestion({ id: null, question: null });
}

/** @param {Element | null} chosen of the five steps */
function choose(chosen) {
  for (const step of document.querySelectorAll(".scale-step")) {
    step.setAttribute("aria-pressed", String(step === chosen));
  }
}

/**
 * @param {string} step of the class's address
 * @param {Record<string, string>} fields
 * @param {string} note where the answer is shown
 * @returns {Promise<boolean>} whether it was taken
 */
async function send(step, fields, note) {
  const { ok, message } = await post(base + step, fields);
  element(note).textContent = message;
  return ok;
}

for (const step of document.querySelectorAll(".scale-step")) {
  step.addEventListener("click", async () => {
    const value = step.getAttribute("data-value") ?? "";
    const before = document.querySelector(".scale-step[aria-pressed=true]");
    choose(step);
    const taken = await send("answer/", { check_in: String(open), value }, "answer-note");
    if (!taken) choose(before);
  });
}
for (const button of document.querySelectorAll("[data-sign]")) {
  button.addEventListener("click", async () => {
    const kind = button.getAttribute("data-sign") ?? "";
    if (kind !== "hand") {
      await send("signal/", { kind }, "sign-note");
      return;
    }
    const up = button.getAttribute("aria-pressed") !== "true";
    if (!(await send("signal/", { kind, up: up ? "1" : "0" }, "sign-note"))) return;
    button.setAttribute("aria-pressed", String(up));
    const words = button.querySelector("span");
    if (words) words.textContent = up ? "Lower hand" : "Raise hand";
  });
}
