// @ts-check
/** Order, view and search of the live page's students. */

/** @typedef {import("./students.js").Students} Students */
/** @typedef {import("./students.js").Order} Order */

/**
 * @param {Students} students
 * @param {(id: string) => HTMLElement} find
 */
export function control(students, find) {
  const order = /** @type {HTMLSelectElement} */ (find("sort"));
  const search = /** @type {HTMLInputElement} */ (find("search"));
  const table = find("students-table");
  /** @type {NodeListOf<HTMLButtonElement>} */
  const heads = table.querySelectorAll("button[data-order]");
  /** @type {NodeListOf<HTMLButtonElement>} */
  const views = document.querySelectorAll("button[data-view]");

  function show() {
    const { shown } = students;
    order.value = shown.order;
    find("students").hidden = shown.view !== "tiles";
    table.hidden = shown.view !== "table";
    for (const button of views) button.setAttribute("aria-pressed", String(button.dataset.view === shown.view));
    for (const head of heads) {
      const isOrder = head.dataset.order === shown.order;
      head.closest("th")?.setAttribute("aria-sort", isOrder ? (shown.isReversed ? "descending" : "ascending") : "none");
    }
  }

  order.addEventListener("change", () => {
    students.change({ order: /** @type {Order} */ (order.value), isReversed: false });
    show();
  });
  for (const head of heads) {
    head.addEventListener("click", () => {
      const wanted = /** @type {Order} */ (head.dataset.order);
      students.change({ order: wanted, isReversed: wanted === students.shown.order && !students.shown.isReversed });
      show();
    });
  }
  for (const button of views) {
    button.addEventListener("click", () => {
      students.change({ view: button.dataset.view === "table" ? "table" : "tiles" });
      show();
    });
  }

  search.addEventListener("input", () => students.search(search.value));
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    search.value = "";
    students.search("");
    search.blur();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof Element && event.target.matches("input, select, textarea");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    search.focus();
  });
  show();
}
