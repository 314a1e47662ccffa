// @ts-check
/** One card a student: who, how they are there, and their last five minutes as a small line. */

import { decimal } from "../site/charts.js";
import { LEVELS, capital } from "../site/words.js";
import { takeOut } from "./door.js";

const TRAIL_S = 300;
const STEP_S = 10;
const WIDTH = 120;
const HEIGHT = 32;
const SVG = "http://www.w3.org/2000/svg";

/** Text, badge class and place in the order of attention (those here go by engagement, 0..1). */
const STATUS = {
  away: { text: "Away", badge: "warn", order: -2 },
  no_camera: { text: "No camera", badge: "", order: -1 },
  here: { text: "Here", badge: "good", order: 0 },
  paused: { text: "Paused", badge: "", order: 2 },
  offline: { text: "Offline", badge: "", order: 3 },
};

const UNKNOWN = { emotion: null, direction: null, engagement: null, level: null };

/**
 * @typedef {object} Student
 * @property {number} id
 * @property {string} name
 * @property {boolean} simulated
 * @property {keyof typeof STATUS} status
 * @property {string | null} emotion over the last seconds; "mixed" where none leads
 * @property {"facing" | "turned" | "down" | null} direction
 * @property {number | null} engagement
 * @property {keyof typeof LEVELS | null} level
 * @property {number} faces
 * @property {[number, number | null][]} [trail] seconds of the session and engagement
 */

export class StudentCards {
  /**
   * @param {HTMLElement} list
   * @param {Record<string, string>} colours by emotion
   * @param {boolean} withEmotion
   */
  constructor(list, colours, withEmotion) {
    this.list = list;
    this.colours = colours;
    this.withEmotion = withEmotion;
    this.order = "name";
    this.step = -1;
    /** @type {Map<number, Card>} */
    this.cards = new Map();
  }

  /**
   * Replace all by a snapshot.
   * @param {Student[]} students
   * @param {number} now
   */
  load(students, now) {
    const present = new Set(students.map((student) => student.id));
    for (const [id, card] of this.cards) {
      if (!present.has(id)) this.#drop(id, card);
    }
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
      let card = this.cards.get(student.id);
      if (!card) {
        card = new Card(this);
        this.cards.set(student.id, card);
        this.list.append(card.element);
        isNew = true;
      }
      card.show(student);
    }
    this.#advance(now);
    if (isNew) this.sort();
  }

  /** @param {number} id */
  remove(id) {
    const card = this.cards.get(id);
    if (card) this.#drop(id, card);
  }

  /** @param {number} id */
  nameOf(id) {
    return this.cards.get(id)?.student.name ?? "A student";
  }

  sort() {
    const cards = [...this.cards.values()];
    cards.sort(
      (one, other) =>
        (this.order === "attention" ? one.attention - other.attention : 0) ||
        one.student.name.localeCompare(other.student.name, undefined, { numeric: true }),
    );
    const same = cards.every((card, index) => this.list.children[index] === card.element);
    if (!same) this.list.append(...cards.map((card) => card.element));
  }

  /**
   * @param {number} id
   * @param {Card} card
   */
  #drop(id, card) {
    card.element.remove();
    this.cards.delete(id);
  }

  /** @param {number} now */
  #advance(now) {
    const step = Math.floor(now / STEP_S) * STEP_S;
    const isNextStep = step !== this.step;
    this.step = step;
    for (const card of this.cards.values()) card.extend(step, isNextStep);
    // Cards that move all the time cannot be read: the order follows every ten seconds.
    if (isNextStep && this.order === "attention") this.sort();
  }
}

class Card {
  /** @param {StudentCards} cards */
  constructor(cards) {
    this.cards = cards;
    /** @type {Student} */
    this.student = { id: 0, name: "", simulated: false, status: "offline", ...UNKNOWN, faces: 0 };
    /** @type {[number, number | null][]} */
    this.trail = [];
    this.name = element("h3", "student-name");
    this.status = element("span", "badge");
    this.figures = element("p", "student-figures");
    this.line = document.createElementNS(SVG, "path");
    this.element = element("li", "card student-card");
    const head = element("div", "student-head");
    const out = document.createElement("button");
    out.type = "button";
    out.className = "button quiet small";
    out.textContent = "Take out";
    out.addEventListener("click", () => takeOut(this.student.id, this.student.name));
    this.out = out;
    head.append(this.name, this.status, out);
    this.element.append(head, this.figures);
    if (cards.withEmotion) this.element.append(sparkline(this.line));
  }

  /** @param {Student} student */
  show(student) {
    this.student = student;
    if (student.trail) this.trail = [...student.trail];
    const status = STATUS[student.status];
    this.element.dataset.status = student.status;
    this.out.setAttribute("aria-label", `Take ${student.name} out of the session`);
    this.name.textContent = student.simulated ? `${student.name} (simulated)` : student.name;
    this.status.textContent = status.text;
    this.status.className = `badge ${status.badge}`;
    this.figures.replaceChildren(...this.#figures());
    this.figures.hidden = !this.figures.textContent;
  }

  /**
   * Carry the trail on to this step of time, and draw it.
   * @param {number} step
   * @param {boolean} isNextStep
   */
  extend(step, isNextStep) {
    const { status, engagement } = this.student;
    const value = status === "here" ? engagement : null;
    const last = this.trail.at(-1);
    if (last && last[0] === step) {
      if (!isNextStep && last[1] === value) return;
      last[1] = value ?? last[1];
    } else {
      this.trail.push([step, value]);
    }
    while (this.trail[0][0] <= step - TRAIL_S) this.trail.shift();
    this.line.setAttribute("d", path(this.trail, step));
  }

  get attention() {
    const { status, engagement } = this.student;
    return STATUS[status].order + (status === "here" ? (engagement ?? 1) : 0);
  }

  /**
   * @param {string} emotion
   * @param {string | null} direction
   */
  #looks(emotion, direction) {
    const looks = element("span", "looks");
    const dot = element("span", "dot");
    dot.style.background = this.cards.colours[emotion] ?? this.cards.colours.coverage;
    looks.append(dot, capital(emotion) + (direction === "down" ? ", looking down" : ""));
    return looks;
  }

  /** @returns {(Node | string)[]} */
  #figures() {
    const { status, emotion, direction, engagement, level, faces } = this.student;
    const parts = [];
    if (status === "here" && this.cards.withEmotion) {
      if (level && engagement !== null) {
        parts.push(element("strong", "", LEVELS[level]), element("span", "muted", decimal(engagement)));
      }
      if (direction === "turned") parts.push(element("span", "looks", "Turned away"));
      else if (emotion) parts.push(this.#looks(emotion, direction));
    }
    if (status === "here" && faces > 1) parts.push(element("span", "muted", `${faces} faces`));
    // A line that comes and goes would make the cards jump.
    return parts.length || !this.cards.withEmotion ? parts : ["\u00a0"];
  }
}

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 */
function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param {SVGPathElement} line */
function sparkline(line) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "sparkline");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(line);
  return svg;
}

/**
 * The last five minutes as a path with a gap where nothing is known; 1 is the upper edge.
 * @param {[number, number | null][]} trail
 * @param {number} now
 */
function path(trail, now) {
  let d = "";
  let isDrawing = false;
  for (const [second, value] of trail) {
    if (value !== null) {
      const x = (((second - now + TRAIL_S) / TRAIL_S) * (WIDTH - 4) + 2).toFixed(1);
      const y = ((1 - value) * (HEIGHT - 4) + 2).toFixed(1);
      d += isDrawing ? `L${x} ${y}` : `M${x} ${y}h0`;
    }
    isDrawing = value !== null;
  }
  return d;
}
