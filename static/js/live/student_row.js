// @ts-check
/** A student as a row of the table: the same figures as on the tile. */

import { decimal } from "../site/charts.js";
import { button, element } from "../site/parts.js";
import { capital } from "../site/words.js";
import { WORDS } from "./attention.js";
import { STATUS, pinButton, standing } from "./student_parts.js";

/** @typedef {import("./student_parts.js").Student} Student */

export class StudentRow {
  /**
   * @param {import("./student_parts.js").Owner} students
   * @param {number} id
   */
  constructor(students, id) {
    this.withEmotion = students.withEmotion;
    this.element = element("tr");
    this.pin = pinButton(students, id);
    this.name = button("", "name-button", () => students.open(id));
    const name = element("th");
    name.setAttribute("scope", "row");
    name.append(this.pin, this.name);
    this.status = element("span", "badge");
    this.need = element("td");
    this.level = element("span", "level");
    this.engagement = element("td", "number");
    this.emotion = element("td");
    const status = element("td");
    status.append(this.status);
    const level = element("td");
    level.append(this.level);
    this.element.append(name, status, this.need);
    if (this.withEmotion) this.element.append(level, this.engagement, this.emotion);
  }

  /**
   * @param {Student} student
   * @param {keyof typeof WORDS | null} need
   */
  show(student, need) {
    const { status, level, engagement, emotion, faces } = student;
    this.name.textContent = student.name;
    const more = [status === "here" && faces > 1 ? `${faces} faces` : "", student.simulated ? "simulated" : ""];
    this.status.textContent = [STATUS[status].text, ...more].filter(Boolean).join(", ");
    this.status.className = `badge ${STATUS[status].badge}`;
    this.need.textContent = need ? WORDS[need] : "";
    const isKnown = status === "here" && level !== null && engagement !== null;
    const { kind, mark, words } = standing(student, this.withEmotion);
    this.level.className = `level lv-${kind}`;
    this.level.replaceChildren(...(status === "here" ? [mark, words] : []));
    this.engagement.textContent = isKnown ? decimal(engagement) : "";
    this.emotion.textContent = isKnown && emotion && need !== "turned" ? capital(emotion) : "";
  }
}
