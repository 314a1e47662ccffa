// @ts-check
/** One card a student: who, how they are there, and their last five minutes as a small line. */

import { decimal } from "../site/charts.js";
import { LEVELS, capital } from "../site/words.js";
import { WORDS } from "./attention.js";
import { STATUS, element, pinButton, takeOutButton } from "./student_parts.js";

/** @typedef {import("./student_parts.js").Student} Student */

export const TRAIL_S = 300;
const WIDTH = 120;
const HEIGHT = 32;
const SVG = "http://www.w3.org/2000/svg";

export class StudentCard {
  /**
   * @param {import("./student_parts.js").Owner} students
   * @param {number} id
   */
  constructor(students, id) {
    this.colours = students.colours;
    this.withEmotion = students.withEmotion;
    this.name = element("h3", "student-name");
    this.status = element("span", "badge");
    this.figures = element("p", "student-figures");
    this.line = document.createElementNS(SVG, "path");
    this.element = element("li", "card student-card");
    const head = element("div", "student-head");
    this.pin = pinButton(students, id);
    this.out = takeOutButton(students, id);
    head.append(this.pin, this.name, this.status, this.out);
    this.element.append(head, this.figures);
    if (this.withEmotion) this.element.append(sparkline(this.line));
  }

  /**
   * @param {Student} student
   * @param {import("./attention.js").Trail} trail
   * @param {number} now
   * @param {keyof typeof WORDS | null} need
   */
  show(student, trail, now, need) {
    // A badge more would make the cards jump.
    const status = need === "falling" ? { text: WORDS.falling, badge: "warn" } : STATUS[student.status];
    this.element.dataset.status = student.status;
    this.out.setAttribute("aria-label", `Take ${student.name} out of the session`);
    this.name.textContent = student.simulated ? `${student.name} (simulated)` : student.name;
    this.status.textContent = status.text;
    this.status.className = `badge ${status.badge}`;
    this.figures.replaceChildren(...this.#figures(student));
    this.figures.hidden = !this.figures.textContent;
    this.line.setAttribute("d", path(trail, now));
  }

  /**
   * @param {string} emotion
   * @param {string | null} direction
   */
  #looks(emotion, direction) {
    const looks = element("span", "looks");
    const dot = element("span", "dot");
    dot.style.background = this.colours[emotion] ?? this.colours.coverage;
    looks.append(dot, capital(emotion) + (direction === "down" ? ", looking down" : ""));
    return looks;
  }

  /**
   * @param {Student} student
   * @returns {(Node | string)[]}
   */
  #figures({ status, emotion, direction, engagement, level, faces }) {
    const parts = [];
    if (status === "here" && this.withEmotion) {
      if (level && engagement !== null) {
        parts.push(element("strong", "", LEVELS[level]), element("span", "muted", decimal(engagement)));
      }
      if (direction === "turned") parts.push(element("span", "looks", "Turned away"));
      else if (emotion) parts.push(this.#looks(emotion, direction));
    }
    if (status === "here" && faces > 1) parts.push(element("span", "muted", `${faces} faces`));
    // A line that comes and goes would make the cards jump.
    return parts.length || !this.withEmotion ? parts : ["\u00a0"];
  }
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
