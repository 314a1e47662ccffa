// @ts-check
/** On the live page: devices that ask to go on as somebody, what does not work, taking out. */

import { post } from "../site/post.js";
import { toast } from "../site/toasts.js";

const TROUBLE = {
  database: "The database cannot be reached: what is recorded waits and is stored later.",
  analysis: "The analysis does not answer: pictures of students are not looked at just now.",
  messages: "Other servers of this site cannot be reached: students connected there are missing here.",
  tasks: "A part of the server had to be started again: what is shown may lag for a moment.",
};

let shown = "";

/** @param {string[]} codes */
export function showTrouble(codes) {
  const notice = document.getElementById("trouble");
  if (!notice) return;
  const text = codes.map((code) => TROUBLE[/** @type {keyof typeof TROUBLE} */ (code)] ?? code).join(" ");
  if (notice.textContent !== text) notice.textContent = text;
  notice.hidden = !text;
}

/** @param {{id: number, name: string}[]} asks */
export function showAsks(asks) {
  const list = document.getElementById("asks");
  const key = JSON.stringify(asks);
  if (!list || key === shown) return;
  shown = key;
  list.replaceChildren(...asks.map(askNotice));
}

/** @param {{id: number, name: string}} ask */
function askNotice({ id, name }) {
  const notice = document.createElement("div");
  notice.className = "notice warn ask";
  const text = document.createElement("p");
  text.textContent = `Another device asks to go on as ${name}. Allow it only if you know that it is them.`;
  notice.append(text, button("Allow", "button small", () => send(`asks/${id}/allow/`)));
  notice.append(button("Refuse", "button secondary small", () => send(`asks/${id}/refuse/`)));
  return notice;
}

/**
 * Ask whether to take a student out, and do so.
 * @param {number} id
 * @param {string} name
 */
export function takeOut(id, name) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("remove-dialog"));
  const title = document.getElementById("remove-name");
  if (title) title.textContent = name;
  dialog.returnValue = "";
  dialog.addEventListener(
    "close",
    () => dialog.returnValue === "remove" && send(`participants/${id}/remove/`),
    { once: true },
  );
  dialog.showModal();
}

/**
 * @param {string} label
 * @param {string} className
 * @param {() => void} act
 */
function button(label, className, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

/** @param {string} step below the address of the session */
async function send(step) {
  const { message } = await post(location.pathname.replace(/live\/$/, "") + step);
  toast(message);
}
