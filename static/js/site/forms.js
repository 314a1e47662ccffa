// @ts-check
/** Small habits of forms: a button that opens a dialog, and forms that are sent only once. */

for (const button of document.querySelectorAll("[data-opens]")) {
  const id = button.getAttribute("data-opens") ?? "";
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById(id));
  button.addEventListener("click", () => dialog.showModal());
}

for (const form of document.querySelectorAll("form[data-once]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => {
    sent = false;
  });
}
