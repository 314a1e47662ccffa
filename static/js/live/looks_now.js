// @ts-check
/** How many students show which expression over the last seconds, as icons with counts. */

/**
 * @param {HTMLElement} root with one item an emotion
 * @param {import("./student_parts.js").Student[]} students
 */
export function showLooks(root, students) {
  const shown = students.filter((one) => one.status === "here" && one.emotion !== null && one.direction !== "turned");
  for (const item of root.querySelectorAll("li")) {
    const count = shown.filter((one) => one.emotion === item.dataset.emotion).length;
    item.classList.toggle("none", count === 0);
    const number = item.querySelector("strong");
    if (number) number.textContent = String(count);
  }
  const known = document.getElementById("now-unknown");
  if (known) known.hidden = shown.length > 0;
}
