// @ts-check
/** Short words on what has just happened, with a way back where there is one. */

import { button, element } from "./parts.js";

const SHOWN_MS = 6000;

/**
 * @param {string} text
 * @param {{label: string, act: () => void}} [way] such as undoing it
 */
export function toast(text, way) {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  const made = element("div", "toast", text);
  if (way) {
    made.append(
      button(way.label, "", () => {
        made.remove();
        way.act();
      }),
    );
  }
  // The newest word is enough.
  place.replaceChildren(made);
  setTimeout(() => made.remove(), SHOWN_MS);
}
