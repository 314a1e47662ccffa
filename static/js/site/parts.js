// @ts-check
/** Small parts that scripts make: elements, icons, the glyph of a level. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {string} [className]
 * @param {string} [text]
 */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/**
 * @param {string} label
 * @param {string} className
 * @param {() => void} act
 */
export function button(label, className, act) {
  const made = /** @type {HTMLButtonElement} */ (element("button", className, label));
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} values
 */
export function drawing(tag, values) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(values)) made.setAttribute(name, String(value));
  return made;
}

/** One of static/icons/icons.svg. @param {string} name */
export function icon(name) {
  const made = drawing("svg", { class: "icon", "aria-hidden": "true" });
  made.append(drawing("use", { href: `${document.documentElement.dataset.icons}#${name}` }));
  return made;
}

/** Three bars, as many filled as the level has. @param {"very" | "engaged" | "not"} level */
export function glyph(level) {
  const filled = { not: 1, engaged: 2, very: 3 }[level];
  const made = drawing("svg", { class: "glyph", viewBox: "0 0 14 14", "aria-hidden": "true" });
  for (const bar of [0, 1, 2]) {
    const height = 5 + 4 * bar;
    const values = { x: 5 * bar, y: 14 - height, width: 4, height, rx: 1.2, class: bar < filled ? "" : "off" };
    made.append(drawing("rect", values));
  }
  return made;
}
