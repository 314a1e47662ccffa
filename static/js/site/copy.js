// @ts-check
/** The button that copies the link beside it, where the browser can. */

const link = document.getElementById("join-link");
const copy = document.getElementById("copy");
if (link && copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.textContent ?? "");
    copy.textContent = "Copied";
  });
}
