// @ts-check
/** Who may need the teacher, and why. What it says is a hint to look, no judgement. */

/** @typedef {import("./student_parts.js").Student} Student */
/** @typedef {[number, number | null][]} Trail seconds of the session and engagement, in steps */

const LATELY_S = 60;
const LEAST_POINTS = 3;
/** By so much the last minute is below the minutes before: four fifths of a level. */
export const FALL = 0.15;

export const WORDS = { away: "Away", turned: "Turned away", falling: "Falling" };
const PLACES = { away: 0, turned: 1, falling: 2 };

/**
 * Whether the mean of the last minute lies FALL below that of the four minutes before; false
 * where too little is known of either.
 * @param {Trail} trail
 * @param {number} now
 */
export function isFalling(trail, now) {
  /** @type {number[]} */
  const before = [];
  /** @type {number[]} */
  const lately = [];
  for (const [second, value] of trail) {
    if (value !== null) (second > now - LATELY_S ? lately : before).push(value);
  }
  if (Math.min(before.length, lately.length) < LEAST_POINTS) return false;
  return mean(before) - mean(lately) >= FALL;
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * @param {Student} student
 * @param {Trail} trail
 * @param {number} now
 * @returns {keyof typeof WORDS | null}
 */
export function needOf(student, trail, now) {
  if (student.status === "away") return "away";
  if (student.status !== "here") return null;
  if (student.direction === "turned") return "turned";
  return isFalling(trail, now) ? "falling" : null;
}

/**
 * For sorting, the lowest first: those in need, then those here by engagement, then those of whom
 * nothing is known, then those who paused or left.
 * @param {Student} student
 * @param {keyof typeof WORDS | null} need
 */
export function place(student, need) {
  if (need) return PLACES[need];
  if (student.status === "paused") return 6;
  if (student.status === "offline") return 7;
  return student.status === "here" && student.engagement !== null ? 3 + student.engagement : 5;
}
