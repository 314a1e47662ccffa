// @ts-check
/**
 * The class at one glance: how many are engaged, and one block a student, by level. Names are
 * not shown, so that it can stand on a second display.
 */

import { percent } from "../site/charts.js";
import { element } from "../site/parts.js";
import { KINDS, kindOf, mark } from "./kinds.js";

/** @typedef {import("./kinds.js").Kind} Kind */
/** @typedef {import("./kinds.js").Shown & {id: number}} Student */

const ORDER = /** @type {Kind[]} */ (Object.keys(KINDS));
/** What the count is compared with: long enough for a change to mean something. */
const AGO_MS = 5 * 60_000;
/** The count is remembered so often. */
const EVERY_MS = 10_000;

export class Levels {
  /** @param {HTMLElement} root of templates/live/_levels.html */
  constructor(root) {
    this.root = root;
    /** @type {Map<number, Student>} */
    this.students = new Map();
    /** @type {{at: number, engaged: number}[]} the last five minutes, the oldest first */
    this.past = [];
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

  /**
   * @param {number | null} coverage of the last seconds
   * @param {number} seen students
   * @param {number} connected
   * @param {number} now milliseconds, of any steady clock
   */
  show(coverage, seen, connected, now = performance.now()) {
    const kinds = [...this.students.values()].map(kindOf);
    const counts = ORDER.map((kind) => kinds.filter((one) => one === kind).length);
    const change = this.#change(counts[0] + counts[1], now);
    const key = JSON.stringify([counts, coverage, seen, connected, change]);
    if (key === this.shown) return;
    this.shown = key;
    const [very, engaged, not, turned] = counts;
    const known = very + engaged + not + turned;
    this.#part("count").textContent = known ? String(very + engaged) : "–";
    this.#part("of").textContent = known ? ` of ${known} engaged` : "Nothing known yet";
    this.#part("change").textContent = known ? change : "";
    this.#part("coverage").textContent = `coverage ${percent(coverage)}, last 10 s · ${seen} of ${connected} seen`;
    this.#part("coverage-bar").style.width = `${(coverage ?? 0) * 100}%`;
    this.#part("blocks").replaceChildren(...ORDER.flatMap((kind, place) => blocks(kind, counts[place])));
    this.#part("legend").replaceChildren(
      ...ORDER.flatMap((kind, place) => (counts[place] ? [entry(kind, counts[place])] : [])),
    );
  }

  /**
   * Remember how many are engaged.
   * @param {number} engaged
   * @param {number} now
   * @returns {string} against five minutes ago; empty where this page has not seen those
   */
  #change(engaged, now) {
    if (now - (this.past.at(-1)?.at ?? -Infinity) >= EVERY_MS) this.past.push({ at: now, engaged });
    while (this.past.length > 1 && now - this.past[1].at >= AGO_MS) this.past.shift();
    const before = this.past[0];
    if (now - before.at < AGO_MS) return "";
    const difference = engaged - before.engaged;
    if (difference === 0) return "as many as five minutes ago";
    return `${Math.abs(difference)} ${difference > 0 ? "more" : "fewer"} than five minutes ago`;
  }

  /** @param {string} name @returns {any} */
  #part(name) {
    return this.root.querySelector(`[data-part=${name}]`);
  }
}

/** @param {Kind} kind @param {number} count */
function blocks(kind, count) {
  return Array.from({ length: count }, (_, place) => element("i", `lv-${kind}${place ? "" : " first"}`));
}

/** @param {Kind} kind @param {number} count */
function entry(kind, count) {
  const item = element("li", `lv-${kind}`);
  item.append(mark(kind), element("strong", "", String(count)), KINDS[kind].words);
  return item;
}
