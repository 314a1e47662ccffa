// @ts-check
/** The students of the live page: tiles or a table of the same figures, sorted, searched, pinned. */

import { needOf, place } from "./attention.js";
import { StudentCard, TRAIL_S } from "./student_card.js";
import { StudentRow } from "./student_row.js";

const STEP_S = 10;
/** Of a teacher's browser: how the list is shown, whatever the session. */
const SHOWN = "students-shown";

/** @typedef {import("./student_parts.js").Student} Student */
/** @typedef {"attention" | "name" | "engagement"} Order */
/** @typedef {{ order: Order, isReversed: boolean, view: "tiles" | "table" }} Shown */
/**
 * @typedef {object} Entry
 * @property {Student} student
 * @property {import("./attention.js").Trail} trail
 * @property {ReturnType<typeof needOf>} need
 * @property {StudentCard} card
 * @property {StudentRow} row
 */

export class Students {
  /**
   * @param {{ tiles: HTMLElement, rows: HTMLElement }} places
   * @param {Record<string, string>} colours by emotion
   * @param {boolean} withEmotion
   * @param {string} session by which pins are kept in this browser
   */
  constructor(places, colours, withEmotion, session) {
    this.places = places;
    this.colours = colours;
    this.withEmotion = withEmotion;
    this.pinsKey = `pins-${session}`;
    this.step = -1;
    this.sought = "";
    /** @type {Shown} */
    this.shown = { order: "name", isReversed: false, view: "tiles", ...recalled(SHOWN, {}) };
    /** @type {Set<number>} */
    this.pins = new Set(recalled(this.pinsKey, []));
    /** @type {Map<number, Entry>} */
    this.entries = new Map();
  }

  get size() {
    return this.entries.size;
  }

  /**
   * Replace all by a snapshot.
   * @param {Student[]} students
   * @param {number} now
   */
  load(students, now) {
    const present = new Set(students.map((student) => student.id));
    for (const id of this.entries.keys()) if (!present.has(id)) this.remove(id);
    this.update(students, now);
    this.sort();
  }

  /**
   * Take over what has changed.
   * @param {Student[]} changed
   * @param {number} now
   */
  update(changed, now) {
    let isNew = false;
    for (const student of changed) {
      let entry = this.entries.get(student.id);
      if (!entry) {
        entry = this.#entry(student);
        isNew = true;
      }
      entry.student = student;
      if (student.trail) entry.trail = [...student.trail];
    }
    const step = Math.floor(now / STEP_S) * STEP_S;
    const isNextStep = step !== this.step;
    this.step = step;
    for (const entry of this.entries.values()) this.#show(entry, isNextStep);
    if (isNew) this.sort();
    // What moves all the time cannot be read or pressed: the order follows now and then.
    else if (isNextStep && !this.#isTouched()) this.sort();
  }

  /** @param {number} id */
  remove(id) {
    const entry = this.entries.get(id);
    entry?.card.element.remove();
    entry?.row.element.remove();
    this.entries.delete(id);
  }

  /** @param {number} id */
  nameOf(id) {
    return this.entries.get(id)?.student.name ?? "A student";
  }

  /** @param {number} id */
  pin(id) {
    if (!this.pins.delete(id)) this.pins.add(id);
    remember(this.pinsKey, [...this.pins]);
    const entry = this.entries.get(id);
    if (entry) this.#showPin(entry);
    this.sort();
  }

  /** @param {Partial<Shown>} change */
  change(change) {
    Object.assign(this.shown, change);
    remember(SHOWN, this.shown);
    this.sort();
  }

  /**
   * Show only those in whose names this text is; all where it is empty.
   * @param {string} text
   * @returns {number} how many
   */
  search(text) {
    this.sought = text.trim().toLocaleLowerCase();
    let found = 0;
    for (const entry of this.entries.values()) found += Number(this.#find(entry));
    return found;
  }

  sort() {
    const { order, isReversed } = this.shown;
    const sign = isReversed ? -1 : 1;
    /** @param {Entry} entry */
    const isPinned = (entry) => Number(this.pins.has(entry.student.id));
    const entries = [...this.entries.values()];
    entries.sort(
      (one, other) =>
        isPinned(other) - isPinned(one) ||
        sign * (key(one, order) - key(other, order)) ||
        sign * one.student.name.localeCompare(other.student.name, undefined, { numeric: true }),
    );
    arrange(this.places.tiles, entries.map((entry) => entry.card.element));
    arrange(this.places.rows, entries.map((entry) => entry.row.element));
  }

  /** @param {Student} student */
  #entry(student) {
    const { id } = student;
    /** @type {Entry} */
    const entry = { student, trail: [], need: null, card: new StudentCard(this, id), row: new StudentRow(this, id) };
    this.entries.set(id, entry);
    this.places.tiles.append(entry.card.element);
    this.places.rows.append(entry.row.element);
    this.#showPin(entry);
    this.#find(entry);
    return entry;
  }

  /**
   * @param {Entry} entry
   * @param {boolean} isNextStep
   */
  #show(entry, isNextStep) {
    const { student, trail } = entry;
    const value = student.status === "here" ? student.engagement : null;
    const last = trail.at(-1);
    if (last && last[0] === this.step) {
      if (isNextStep || value !== null) last[1] = value ?? last[1];
    } else {
      trail.push([this.step, value]);
    }
    while (trail[0][0] <= this.step - TRAIL_S) trail.shift();
    entry.need = needOf(student, trail, this.step);
    entry.card.show(student, trail, this.step);
    entry.row.show(student, entry.need);
    this.#showPin(entry);
  }

  /** @param {Entry} entry */
  #showPin({ student, card, row }) {
    const isPinned = this.pins.has(student.id);
    for (const pin of [card.pin, row.pin]) {
      pin.setAttribute("aria-pressed", String(isPinned));
      pin.setAttribute("aria-label", `Pin ${student.name}`);
    }
  }

  /** @param {Entry} entry */
  #find({ student, card, row }) {
    const isFound = student.name.toLocaleLowerCase().includes(this.sought);
    card.element.hidden = row.element.hidden = !isFound;
    return isFound;
  }

  #isTouched() {
    return Object.values(this.places).some(
      (place) => place.matches(":hover") || place.contains(document.activeElement),
    );
  }
}

/**
 * What an order goes by, the lowest first; unknown ones last.
 * @param {Entry} entry
 * @param {Order} order
 */
function key({ student, need }, order) {
  if (order === "name") return 0;
  if (order === "attention") return place(student, need);
  return student.status === "here" && student.engagement !== null ? student.engagement : 2;
}

/**
 * @param {HTMLElement} list
 * @param {Element[]} elements
 */
function arrange(list, elements) {
  const isSame = elements.every((element, index) => list.children[index] === element);
  if (!isSame) list.append(...elements);
}

/**
 * @template T
 * @param {string} key
 * @param {T} otherwise
 * @returns {T}
 */
function recalled(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") ?? otherwise;
  } catch {
    // A browser may keep nothing.
    return otherwise;
  }
}

/**
 * @param {string} key
 * @param {unknown} value
 */
function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser may keep nothing; the page works all the same.
  }
}
