// @ts-check
/** How a student is there, in the order that the class is shown in: words, icons, colours. */

import { glyph, icon } from "../site/parts.js";

/** @typedef {"very" | "engaged" | "not" | "turned" | "away" | "little"} Kind */

/** @type {Record<Kind, {words: string, icon?: string}>} */
export const KINDS = {
  very: { words: "Very engaged" },
  engaged: { words: "Engaged" },
  not: { words: "Not engaged" },
  turned: { words: "Turned away", icon: "face-turned" },
  away: { words: "Away", icon: "user-round-x" },
  little: { words: "Too little data", icon: "circle-dashed" },
};

/** @typedef {{status: string, level: string | null, direction: string | null}} Shown */

/** @param {Shown} student @returns {Kind | null} null for one who is not connected */
export function kindOf({ status, level, direction }) {
  if (status === "offline") return null;
  if (status === "away") return "away";
  if (status !== "here") return "little";
  if (direction === "turned") return "turned";
  return /** @type {Kind | null} */ (level) ?? "little";
}

/** @param {Kind} kind */
export function mark(kind) {
  const { icon: name } = KINDS[kind];
  return name ? icon(name) : glyph(/** @type {"very"} */ (kind));
}
