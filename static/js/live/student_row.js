// @ts-check
/** A student as a row of the table: the same figures as on the card. */

import { decimal } from "../site/charts.js";
import { LEVELS, capital } from "../site/words.js";
import { WORDS } from "./attention.js";
import { STATUS, element, pinButton, takeOutButton } from "./student_parts.js";

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
    this.name = element("span");
    const name = element("th");
    name.setAttribute("scope", "row");
    name.append(this.pin, this.name);
    this.status = element("span", "badge");
    this.need = element("td");
    this.level = element("td");
    this.engagement = element("td", "number");
    this.emotion = element("td");
    this.out = takeOutButton(students, id);
    const status = element("td");
    status.append(this.status);
    const out = element("td", "number");
    out.append(this.out);
    this.element.append(name, status, this.need);
    if (this.withEmotion) this.element.append(this.level, this.engagement, this.emotion);
    this.element.append(out);
  }

  /**
   * @param {Student} student
   * @param {keyof typeof WORDS | null} need
   */
  show(student, need) {
    const { status, level, engagement, emotion, faces } = student;
    this.name.textContent = student.simulated ? `${student.name} (simulated)` : student.name;
    this.status.textContent = STATUS[status].text + (status === "here" && faces > 1 ? `, ${faces} faces` : "");
    this.status.className = `badge ${STATUS[status].badge}`;
    this.need.textContent = need ? WORDS[need] : "";
    const isKnown = status === "here" && level !== null && engagement !== null;
    this.level.textContent = isKnown && level ? LEVELS[level] : status === "here" ? "Not known" : "";
    this.engagement.textContent = isKnown ? decimal(engagement) : "";
    this.emotion.textContent = isKnown && emotion && need !== "turned" ? capital(emotion) : "";
    this.out.setAttribute("aria-label", `Take ${student.name} out of the session`);
  }
}
