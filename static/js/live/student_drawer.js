// @ts-check
/** A student's lesson so far, beside the class: opened by a tile, a row or a need. */

import { clock, decimal, percent } from "../site/charts.js";
import { drawing } from "../site/parts.js";
import { takeOut } from "./door.js";
import { note, standing } from "./student_parts.js";

/** @typedef {{second: number, engagement: number | null, coverage: number | null}} Minute */

const WIDTH = 360;
const HEIGHT = 120;
const SHORTEST_S = 300;

export class StudentDrawer {
  /** @param {HTMLDialogElement} root @param {boolean} withEmotion */
  constructor(root, withEmotion) {
    this.root = root;
    this.withEmotion = withEmotion;
    /** @type {import("./students.js").Students | null} */
    this.students = null;
    this.id = 0;
    this.#part("close").addEventListener("click", () => root.close());
    root.addEventListener("click", (event) => {
      if (event.target === root) root.close();
    });
    this.#part("pin").addEventListener("click", () => {
      this.students?.pin(this.id);
      this.show();
    });
    this.#part("out").addEventListener("click", () => {
      root.close();
      takeOut(this.id, this.students?.nameOf(this.id) ?? "");
    });
  }

  /** @param {number} id of the participant */
  async open(id) {
    this.id = id;
    this.#part("line").replaceChildren();
    this.#part("figures").textContent = "";
    this.#part("trouble").hidden = true;
    this.show();
    this.root.showModal();
    const answer = await fetch(`${location.pathname.replace(/live\/$/, "")}participants/${id}/lesson/`).catch(() => null);
    const lesson = answer?.ok ? await answer.json() : null;
    if (id !== this.id) return;
    this.#part("trouble").hidden = lesson !== null;
    if (lesson) this.#showLesson(lesson);
  }

  /** What is known of them now. */
  show() {
    const student = this.students?.get(this.id);
    if (!student) return;
    const { kind, mark, words } = standing(student, this.withEmotion);
    this.#part("name").textContent = student.name;
    this.#part("level").className = `level lv-${kind}`;
    this.#part("level").replaceChildren(mark, words);
    const said = note(student, this.withEmotion);
    const value = student.status === "here" && this.withEmotion ? student.engagement : null;
    this.#part("note").textContent = [said, value === null ? "" : `engagement ${decimal(value)}`].filter(Boolean).join(", ");
    this.#part("out").setAttribute("aria-label", `Take ${student.name} out of the session`);
    this.#part("pin").textContent = this.students?.isPinned(this.id) ? "Unpin" : "Pin to the front";
  }

  /** @param {{elapsed_s: number, minutes: Minute[], markers: {second: number}[]}} lesson */
  #showLesson({ elapsed_s, minutes, markers }) {
    const whole = Math.max(SHORTEST_S, elapsed_s);
    const x = (/** @type {number} */ second) => ((second / whole) * WIDTH).toFixed(1);
    let d = "";
    let previous = -Infinity;
    for (const { second, engagement, coverage } of minutes) {
      const value = this.withEmotion ? engagement : coverage;
      if (value === null) continue;
      const point = `${x(second + 30)} ${((1 - value) * (HEIGHT - 6) + 3).toFixed(1)}`;
      d += second - previous === 60 ? `L${point}` : `M${point}h0`;
      previous = second;
    }
    const lines = [0.25, 0.65].map((share) => {
      const y = (1 - share) * (HEIGHT - 6) + 3;
      return drawing("line", { class: "grid-line", x1: 0, x2: WIDTH, y1: y, y2: y });
    });
    const marks = markers.map(({ second }) =>
      drawing("line", { class: "mark", x1: x(second), x2: x(second), y1: 0, y2: HEIGHT }),
    );
    this.#part("line").replaceChildren(...(this.withEmotion ? lines : []), ...marks, drawing("path", { class: "line", d }));
    this.#part("end").textContent = clock(whole);
    const known = minutes.filter((one) => one.engagement !== null || !this.withEmotion);
    const covered = minutes.reduce((sum, one) => sum + (one.coverage ?? 0), 0) / (minutes.length || 1);
    this.#part("figures").textContent = known.length
      ? `${known.length} minutes with enough data; a face in ${percent(covered)} of the pictures that whole minutes expect.`
      : "Too little data so far.";
  }

  /** @param {string} name @returns {any} an element that the template has for certain */
  #part(name) {
    return this.root.querySelector(`[data-part=${name}]`);
  }
}
