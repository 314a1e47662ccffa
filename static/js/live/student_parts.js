// @ts-check
/** What cards and rows of students share. */

import { takeOut } from "./door.js";

/** Text and badge class. */
export const STATUS = {
  away: { text: "Away", badge: "warn" },
  no_camera: { text: "No camera", badge: "" },
  here: { text: "Here", badge: "good" },
  paused: { text: "Paused", badge: "" },
  offline: { text: "Offline", badge: "" },
};

/**
 * @typedef {object} Student
 * @property {number} id
 * @property {string} name
 * @property {boolean} simulated
 * @property {keyof typeof STATUS} status
 * @property {string | null} emotion over the last seconds; "mixed" where none leads
 * @property {"facing" | "turned" | "down" | null} direction
 * @property {number | null} engagement
 * @property {keyof typeof import("../site/words.js").LEVELS | null} level
 * @property {number} faces
 * @property {[number, number | null][]} [trail] seconds of the session and engagement
 */

/**
 * Who owns the parts of all students.
 * @typedef {object} Owner
 * @property {Record<string, string>} colours by emotion
 * @property {boolean} withEmotion
 * @property {(id: number) => void} pin
 * @property {(id: number) => string} nameOf
 */

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/**
 * @param {Owner} students
 * @param {number} id
 */
export function pinButton(students, id) {
  const pin = document.createElement("button");
  pin.type = "button";
  pin.className = "pin";
  pin.addEventListener("click", () => students.pin(id));
  return pin;
}

/**
 * @param {Owner} students
 * @param {number} id
 */
export function takeOutButton(students, id) {
  const out = document.createElement("button");
  out.type = "button";
  out.className = "button quiet small";
  out.textContent = "Take out";
  out.addEventListener("click", () => takeOut(id, students.nameOf(id)));
  return out;
}
