// @ts-check
/** The consent page: who joins with the camera is asked for it on the class page at once. */

import { wantCamera } from "./camera_wish.js";

for (const button of document.querySelectorAll("[data-camera]")) {
  button.addEventListener("click", () => wantCamera(button.getAttribute("data-camera") ?? ""));
}

// Enter in the name is no consent: it goes on to the button that is.
document.getElementById("id_display_name")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  /** @type {HTMLElement | null} */ (document.querySelector("[data-camera]"))?.focus();
});
