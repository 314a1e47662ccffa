// @ts-check
/** Words that several pages show. */

/** Levels of engagement as the server names them. */
export const LEVELS = /** @type {const} */ ({ very: "Very engaged", engaged: "Engaged", not: "Not engaged" });

/** @param {string} word */
export function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
