// @ts-check
/**
 * The class at one glance: how many are engaged, and one block a student, by level. Names are
 * not shown, so that it can stand on a second display.
 */

import { percent } from "../site/charts.js";

/**
 * @typedef {{id: number, status: string, level: string | null, direction: string | null}} Student
 * @typedef {"very" | "engaged" | "not" | "turned" | "away" | "little"} Kind
 */

/** In the order of the blocks. @type {[Kind, string][]} */
const KINDS = [
  ["very", "very engaged"],
  ["engaged", "engaged"],
  ["not", "not engaged"],
  ["turned", "turned away"],
  ["away", "away"],
  ["little", "no camera, or too little seen"],
];

/** @param {Student} student @returns {Kind | null} null for one who is not connected */
function kindOf({ status, level, direction }) {
  if (status === "offline") return null;
  if (status === "away") return "away";
  if (status !== "here") return "little";
  if (direction === "turned") return "turned";
  return /** @type {Kind | null} */ (level) ?? "little";
}

export class Levels {
  /** @param {HTMLElement} root of templates/live/_levels.html */
  constructor(root) {
    this.root = root;
    /** @type {Map<number, Student>} */
    this.students = new Map();
    this.shown = "";
  }

  /** @param {Student[]} students all of them */
  load(students) {
    this.students.clear();
    this.update(students, []);
  }

  /** @param {Student[]} changed @param {number[]} removed */
  update(changed, removed) {
    for (const student of changed) this.students.set(student.id, student);
    for (const id of removed) this.students.delete(id);
  }

  /** @param {number | null} coverage of the last seconds */
  show(coverage) {
    const kinds = [...this.students.values()].map(kindOf);
    const counts = KINDS.map(([kind]) => kinds.filter((one) => one === kind).length);
    const key = JSON.stringify([counts, coverage]);
    if (key === this.shown) return;
    this.shown = key;
    const [very, engaged, not, turned] = counts;
    const known = very + engaged + not + turned;
    this.#part("count").textContent = known ? String(very + engaged) : "–";
    this.#part("of").textContent = known ? ` of ${known} engaged` : "Nothing known yet";
    this.#part("coverage").textContent = `Coverage ${percent(coverage)}, last 10 s`;
    this.#part("blocks").replaceChildren(...KINDS.flatMap(([kind], place) => blocks(kind, counts[place])));
    this.#part("legend").replaceChildren(
      ...KINDS.flatMap(([kind, words], place) => (counts[place] ? [entry(kind, counts[place], words)] : [])),
    );
  }

  /** @param {string} name @returns {any} */
  #part(name) {
    return this.root.querySelector(`[data-part=${name}]`);
  }
}

/** @param {Kind} kind @param {number} count */
function blocks(kind, count) {
  return Array.from({ length: count }, () => {
    const block = document.createElement("i");
    block.className = `lv-${kind}`;
    return block;
  });
}

/** @param {Kind} kind @param {number} count @param {string} words */
function entry(kind, count, words) {
  const item = document.createElement("li");
  const swatch = document.createElement("i");
  swatch.className = `swatch lv-${kind}`;
  const number = document.createElement("strong");
  number.textContent = String(count);
  item.append(swatch, number, ` ${words}`);
  return item;
}
