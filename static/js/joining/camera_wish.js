// @ts-check
/** That a student joined with the camera, from the consent page to the class page of this tab. */

const KEY = "camera-wanted";

/** @param {string} code of the class */
export function wantCamera(code) {
  try {
    sessionStorage.setItem(KEY, code);
  } catch {
    // A browser may keep nothing; the class page then offers the camera by its button.
  }
}

/**
 * Whether it was wanted for this class; true only once.
 * @param {string} code
 */
export function takeWish(code) {
  try {
    const wanted = sessionStorage.getItem(KEY) === code;
    sessionStorage.removeItem(KEY);
    return wanted;
  } catch {
    return false;
  }
}
