// @ts-check
/** The students of the live page: tiles or a table of the same figures, sorted, searched, pinned. */

import { needOf, place } from "./attention.js";
import { StudentCard, TRAIL_S } from "./student_card.js";
import { StudentRow } from "./student_row.js";

const STEP_S = 10;
/** Of a teacher's browser: how the list is shown, whatever the session. */
const SHOWN = "students-shown";

/** @typedef {import("./student_parts.js").Student} Student */
/** @typedef {"attention" | "name" | "engagement" | "joined"} Order */
/** @typedef {{ order: Order, isReversed: boolean, view: "tiles" | "table" }} Shown */
/**
 * @typedef {object} Entry
 * @property {Student} student
 * @property {import("./attention.js").Trail} trail
 * @property {ReturnType<typeof needOf>} need
 * @property {number | null} since which second there is this need; null where it is not known
 * @property {boolean} isNew whether nothing of them was shown before
 * @property {StudentCard} card
 * @property {StudentRow} row
 */

export class Students {
  /**
   * @param {{ tiles: HTMLElement, rows: HTMLElement, noneFound: HTMLElement }} places
   * @param {boolean} withEmotion
   * @param {string} session by which pins are kept in this browser
   * @param {(id: number) => void} open the drawer of a student
   */
  constructor(places, withEmotion, session, open) {
    this.places = places;
    this.withEmotion = withEmotion;
    this.open = open;
    this.pinsKey = `pins-${session}`;
    this.step = -1;
    this.sought = "";
    /** @type {Shown} */
    this.shown = { order: "attention", isReversed: false, view: "tiles", ...recalled(SHOWN, {}) };
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
    for (const student of changed) {
      const entry = this.entries.get(student.id) ?? this.#entry(student);
      entry.student = student;
      if (student.trail) entry.trail = [...student.trail];
    }
    if (changed.length) this.#find();
    const step = Math.floor(now / STEP_S) * STEP_S;
    const isNextStep = step !== this.step;
    this.step = step;
    for (const entry of this.entries.values()) this.#show(entry, isNextStep, now);
    // What moves all the time cannot be read or pressed: the order follows now and then, and who
    // is new stands last until then.
    if (isNextStep && !this.#isTouched()) this.sort();
  }

  /** @param {number} id */
  remove(id) {
    const entry = this.entries.get(id);
    entry?.card.element.remove();
    entry?.row.element.remove();
    this.entries.delete(id);
    this.#find();
  }

  /** @param {number} id */
  nameOf(id) {
    return this.get(id)?.name ?? "A student";
  }

  /** @param {number} id */
  get(id) {
    return this.entries.get(id)?.student;
  }

  /** @param {number} id */
  isPinned(id) {
    return this.pins.has(id);
  }

  /** @returns {Student[]} */
  get all() {
    return [...this.entries.values()].map((entry) => entry.student);
  }

  /** Who may need the teacher, the most urgent first. */
  get inNeed() {
    const entries = [...this.entries.values()];
    entries.sort((one, other) => place(one.student, one.need) - place(other.student, other.need));
    return entries.flatMap(({ student: { id, name }, need, since }) => (need ? [{ id, name, need, since }] : []));
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
   */
  search(text) {
    this.sought = text.trim().toLocaleLowerCase();
    this.#find();
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
        compare(key(one, order), key(other, order), sign) ||
        sign * one.student.name.localeCompare(other.student.name, undefined, { numeric: true }),
    );
    arrange(this.places.tiles, entries.map((entry) => entry.card.element));
    arrange(this.places.rows, entries.map((entry) => entry.row.element));
  }

  /** @param {Student} student */
  #entry(student) {
    const { id } = student;
    /** @type {Entry} */
    const entry = { student, trail: [], need: null, since: null, isNew: true, card: new StudentCard(this, id), row: new StudentRow(this, id) };
    this.entries.set(id, entry);
    this.places.tiles.append(entry.card.element);
    this.places.rows.append(entry.row.element);
    this.#showPin(entry);
    return entry;
  }

  /**
   * @param {Entry} entry
   * @param {boolean} isNextStep
   * @param {number} now
   */
  #show(entry, isNextStep, now) {
    const { student, trail } = entry;
    const value = student.status === "here" ? student.engagement : null;
    const last = trail.at(-1);
    if (last && last[0] === this.step) {
      if (isNextStep || value !== null) last[1] = value ?? last[1];
    } else {
      trail.push([this.step, value]);
    }
    while (trail[0][0] <= this.step - TRAIL_S) trail.shift();
    const need = needOf(student, trail, this.step);
    if (need !== entry.need) entry.since = since(need, entry.isNew ? trail : null, now);
    entry.need = need;
    entry.isNew = false;
    entry.card.show(student, trail, this.step, entry.need);
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

  #find() {
    let found = 0;
    for (const { student, card, row } of this.entries.values()) {
      const isFound = student.name.toLocaleLowerCase().includes(this.sought);
      card.element.hidden = row.element.hidden = !isFound;
      found += Number(isFound);
    }
    this.places.noneFound.hidden = found > 0 || !this.sought;
  }

  #isTouched() {
    return [this.places.tiles, this.places.rows].some(
      (place) => place.matches(":hover") || place.contains(document.activeElement),
    );
  }
}

/**
 * Since when there is a need: now, or, of one who was there before the page, since the last sight.
 * @param {ReturnType<typeof needOf>} need
 * @param {import("./attention.js").Trail | null} trail of one whom the page shows first
 * @param {number} now
 */
function since(need, trail, now) {
  if (need === null || trail === null) return need === null ? null : now;
  if (need !== "away") return null;
  const seen = trail.filter(([, value]) => value !== null);
  return seen.at(-1)?.[0] ?? null;
}

/**
 * What an order goes by, the lowest first; null where it is unknown.
 * @param {Entry} entry
 * @param {Order} order
 */
function key({ student, need }, order) {
  if (order === "name") return 0;
  if (order === "attention") return place(student, need);
  // Participants are numbered as they join.
  if (order === "joined") return student.id;
  return student.status === "here" ? student.engagement : null;
}

/**
 * For sorting; unknown ones are last in either direction.
 * @param {number | null} one
 * @param {number | null} other
 * @param {1 | -1} sign
 */
function compare(one, other, sign) {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return sign * (one - other);
}

/**
 * @param {HTMLElement} list
 * @param {Element[]} elements
 */
function arrange(list, elements) {
  if (elements.every((element, index) => list.children[index] === element)) return;
  const held = document.activeElement;
  const isHeld = held instanceof HTMLElement && list.contains(held);
  // The page follows whoever works by keyboard, and stays where it is under a pointer.
  const preventScroll = isHeld && !held.matches(":focus-visible");
  list.append(...elements);
  if (isHeld) held.focus({ preventScroll });
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
