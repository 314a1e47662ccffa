// @ts-check
/** The strip of those who may need the teacher: raised hands first, then who is away or turned. */

import { button, element, icon } from "../site/parts.js";
import { WORDS } from "./attention.js";

/**
 * @typedef {object} Need
 * @property {number} id of the student
 * @property {string} name
 * @property {"hand" | keyof typeof WORDS} need
 * @property {number | null} since second of the session
 */

const LOOKS = {
  hand: { words: "Raised a hand", icon: "hand" },
  away: { words: WORDS.away, icon: "user-round-x" },
  turned: { words: WORDS.turned, icon: "face-turned" },
  falling: { words: "Less engaged than before", icon: "trending-down" },
};

export class Needs {
  /**
   * @param {HTMLElement} root
   * @param {{open: (id: number) => void, lower: (id: number) => void}} acts
   */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    /** Needs that the teacher has seen, until they end. @type {Set<string>} */
    this.seen = new Set();
    this.shown = "";
  }

  /** @param {Need[]} needs @param {number} now second of the session */
  show(needs, now) {
    const keys = new Set(needs.map(keyOf));
    for (const key of this.seen) if (!keys.has(key)) this.seen.delete(key);
    const open = needs.filter((need) => !this.seen.has(keyOf(need)));
    const shown = JSON.stringify(open.map((need) => [keyOf(need), need.name, ago(need.since, now)]));
    if (shown === this.shown) return;
    this.shown = shown;
    this.root.hidden = open.length === 0;
    const count = this.root.querySelector("[data-part=count]");
    if (count) count.textContent = String(open.length);
    const list = this.root.querySelector("ul");
    const held = this.#held();
    list?.replaceChildren(...open.map((need) => this.#item(need, now)));
    if (held) /** @type {HTMLElement | null} */ (list?.querySelector(held))?.focus();
  }

  /** A selector of the button that has the focus, which a new list must not take away. */
  #held() {
    const held = document.activeElement;
    const item = held instanceof HTMLElement && this.root.contains(held) ? held.closest("li") : null;
    return item ? `[data-key="${item.dataset.key}"] .${held?.classList[0]}` : null;
  }

  /** @param {Need} need @param {number} now */
  #item(need, now) {
    const item = element("li", "need");
    item.dataset.need = need.need;
    item.dataset.key = keyOf(need);
    const letters = element("span", "avatar", need.name.slice(0, 2));
    letters.setAttribute("aria-hidden", "true");
    const why = element("span", "need-why");
    const since = ago(need.since, now);
    why.append(icon(LOOKS[need.need].icon), LOOKS[need.need].words + (since ? `, ${since}` : ""));
    const words = element("div");
    words.append(button(need.name, "need-name", () => this.acts.open(need.id)), why);
    const seen = button("", "button quiet square small", () => this.#see(need));
    seen.append(icon("check"));
    seen.setAttribute("aria-label", need.need === "hand" ? `${need.name}: seen` : `Seen: take ${need.name} off the list`);
    item.append(letters, words, seen);
    return item;
  }

  /** @param {Need} need */
  #see(need) {
    if (need.need === "hand") {
      this.acts.lower(need.id);
      return;
    }
    this.seen.add(keyOf(need));
    this.root.querySelector(`[data-key="${keyOf(need)}"]`)?.remove();
    this.shown = "";
    this.root.hidden = !this.root.querySelector("li");
  }
}

/** @param {Need} need */
function keyOf({ id, need }) {
  return `${id}-${need}`;
}

/**
 * @param {number | null} since
 * @param {number} now
 */
export function ago(since, now) {
  if (since === null) return "";
  const seconds = Math.max(0, now - since);
  return seconds < 60 ? `${Math.floor(seconds / 10) * 10} s` : `${Math.floor(seconds / 60)} min`;
}
