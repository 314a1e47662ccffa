// @ts-check
/** What tiles, rows and the drawer of a student share. */

import { capital } from "../site/words.js";
import { element, icon } from "../site/parts.js";
import { KINDS, kindOf, mark } from "./kinds.js";

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
 * @property {boolean} withEmotion
 * @property {(id: number) => void} pin
 * @property {(id: number) => void} open the student's drawer
 */

/**
 * The level, or why there is none: its class, its mark and its words.
 * @param {Student} student
 * @param {boolean} withEmotion
 */
export function standing(student, withEmotion) {
  const { status } = student;
  if (status === "here" && !withEmotion) return { kind: "engaged", mark: icon("scan-face"), words: "Here" };
  if (status !== "here" && status !== "away") {
    return { kind: "little", mark: icon("circle-dashed"), words: STATUS[status].text };
  }
  const kind = kindOf(student) ?? "little";
  return { kind, mark: mark(kind), words: KINDS[kind].words };
}

/**
 * What else there is to say, in a few words; empty where there is nothing.
 * @param {Student} student
 * @param {boolean} withEmotion
 */
export function note({ status, emotion, direction, faces, simulated }, withEmotion) {
  const parts = simulated ? ["simulated"] : [];
  if (status !== "here") return capital(parts.join(""));
  if (withEmotion && emotion && direction !== "turned") parts.unshift(emotion);
  if (withEmotion && direction === "down") parts.push("looking down");
  if (faces > 1) parts.push(`${faces} faces`);
  return capital(parts.join(", "));
}

/**
 * @param {Owner} students
 * @param {number} id
 */
export function pinButton(students, id) {
  const pin = /** @type {HTMLButtonElement} */ (element("button", "pin"));
  pin.type = "button";
  pin.append(icon("star"));
  pin.addEventListener("click", () => students.pin(id));
  return pin;
}
