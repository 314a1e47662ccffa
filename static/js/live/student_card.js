// @ts-check
/** One tile a student, all of one height: who, how engaged, and their last five minutes. */

import { drawing, element } from "../site/parts.js";
import { WORDS } from "./attention.js";
import { note, pinButton, standing } from "./student_parts.js";

/** @typedef {import("./student_parts.js").Student} Student */

export const TRAIL_S = 300;
const WIDTH = 120;
const HEIGHT = 40;

export class StudentCard {
  /**
   * @param {import("./student_parts.js").Owner} students
   * @param {number} id
   */
  constructor(students, id) {
    this.withEmotion = students.withEmotion;
    this.element = element("li");
    this.tile = /** @type {HTMLButtonElement} */ (element("button", "tile"));
    this.tile.type = "button";
    this.tile.addEventListener("click", () => students.open(id));
    this.name = element("span", "tile-name");
    this.level = element("span", "level");
    this.note = element("span", "tile-note");
    this.tile.append(this.name, this.level, this.note);
    this.line = drawing("path", { class: "line" });
    this.area = drawing("path", { class: "area" });
    if (this.withEmotion) this.tile.append(sparkline(this.area, this.line));
    this.pin = pinButton(students, id);
    this.element.append(this.tile, this.pin);
  }

  /**
   * @param {Student} student
   * @param {import("./attention.js").Trail} trail
   * @param {number} now
   * @param {keyof typeof WORDS | null} need
   */
  show(student, trail, now, need) {
    const { kind, mark, words } = standing(student, this.withEmotion);
    const said = note(student, this.withEmotion);
    const text = need === "falling" ? [WORDS.falling, said].filter(Boolean).join(", ") : said;
    const key = [student.name, kind, words, text, student.status, need].join("|");
    if (key !== this.tile.dataset.shown) {
      this.tile.dataset.shown = key;
      this.tile.dataset.status = student.status;
      this.tile.className = `tile lv-${kind}${need ? " needs-look" : ""}`;
      this.name.textContent = student.name;
      this.name.title = student.name;
      this.level.replaceChildren(mark, words);
      this.note.textContent = text;
    }
    const { line, area } = paths(trail, now);
    this.line.setAttribute("d", line);
    this.area.setAttribute("d", area);
  }
}

/** @param {SVGElement[]} parts */
function sparkline(...parts) {
  const values = { class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  const svg = drawing("svg", values);
  svg.append(...parts);
  return svg;
}

/**
 * The last five minutes as a line and the area under it, with a gap where nothing is known; 1 is
 * the upper edge.
 * @param {[number, number | null][]} trail
 * @param {number} now
 */
function paths(trail, now) {
  let line = "";
  let area = "";
  let last = "";
  for (const [second, value] of [...trail, [now, null]]) {
    if (value === null) {
      if (last) area += `L${last} ${HEIGHT}Z`;
      last = "";
      continue;
    }
    const x = (((/** @type {number} */ (second) - now + TRAIL_S) / TRAIL_S) * WIDTH).toFixed(1);
    const y = ((1 - value) * (HEIGHT - 4) + 2).toFixed(1);
    line += last ? `L${x} ${y}` : `M${x} ${y}h0`;
    area += last ? `L${x} ${y}` : `M${x} ${HEIGHT}L${x} ${y}`;
    last = x;
  }
  return { line, area };
}
