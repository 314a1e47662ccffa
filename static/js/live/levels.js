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

  /** @param {number | null} coverage of the last seconds @param {number} seen students @param {number} connected */
  show(coverage, seen, connected) {
    const kinds = [...this.students.values()].map(kindOf);
    const counts = ORDER.map((kind) => kinds.filter((one) => one === kind).length);
    const key = JSON.stringify([counts, coverage, seen, connected]);
    if (key === this.shown) return;
    this.shown = key;
    const [very, engaged, not, turned] = counts;
    const known = very + engaged + not + turned;
    this.#part("count").textContent = known ? String(very + engaged) : "–";
    this.#part("of").textContent = known ? ` of ${known} engaged` : "Nothing known yet";
    this.#part("coverage").textContent = `coverage ${percent(coverage)}, last 10 s · ${seen} of ${connected} seen`;
    this.#part("coverage-bar").style.width = `${(coverage ?? 0) * 100}%`;
    this.#part("blocks").replaceChildren(...ORDER.flatMap((kind, place) => blocks(kind, counts[place])));
    this.#part("legend").replaceChildren(
      ...ORDER.flatMap((kind, place) => (counts[place] ? [entry(kind, counts[place])] : [])),
    );
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
