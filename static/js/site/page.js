// @ts-check
/** What every page does: colours, menus, times in the viewer's zone, tables, its shortcuts by "?". */

import { offerThemes } from "./theme.js";
import { showMoments } from "./moments.js";
import { makeTablesSortable } from "./tables.js";

offerThemes();
showMoments(document);
makeTablesSortable();

/** @type {NodeListOf<HTMLDetailsElement>} */
const menus = document.querySelectorAll("details.menu");
document.addEventListener("click", ({ target }) => {
  for (const menu of menus) if (!(target instanceof Node && menu.contains(target))) menu.open = false;
});
document.addEventListener("keydown", ({ key, target }) => {
  const isTyping = target instanceof Element && target.matches("input, select, textarea");
  const shortcuts = /** @type {HTMLDialogElement | null} */ (document.getElementById("shortcuts"));
  if (key === "?" && shortcuts && !isTyping && !document.querySelector("dialog[open]")) shortcuts.showModal();
  if (key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});
