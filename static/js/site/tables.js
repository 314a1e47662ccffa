// @ts-check
/** Tables with data-sortable: their heads sort, long ones are searched, and shown in parts. */

const SEARCHED_FROM = 12;
const PAGE = 50;

/** @param {HTMLTableCellElement | undefined} cell */
function valueOf(cell) {
  const time = cell?.querySelector("time")?.getAttribute("datetime");
  return time ?? cell?.textContent?.trim() ?? "";
}

/**
 * The number that a cell begins with; minutes and seconds in seconds. NaN without one.
 * @param {string} text
 */
export function leadingNumber(text) {
  const clock = /^(\d+):(\d\d)(?::(\d\d))?$/.exec(text);
  if (clock) return clock.slice(1).reduce((sum, part) => (part === undefined ? sum : sum * 60 + Number(part)), 0);
  return Number.parseFloat(text.replace(/^(\d{1,3})(,\d{3})+/, (digits) => digits.replaceAll(",", "")));
}

/**
 * Numbers by their value before words, words as people sort them; what is empty comes last.
 * @param {string} a
 * @param {string} b
 * @param {number} direction 1 for ascending, -1 for descending
 */
export function compare(a, b, direction) {
  if (!a || !b) return a ? -1 : b ? 1 : 0;
  const [first, second] = [leadingNumber(a), leadingNumber(b)];
  const isDate = /^\d{4}-\d\d-\d\dT/.test(a);
  if (!isDate && !Number.isNaN(first) && !Number.isNaN(second)) return direction * (first - second);
  if (!isDate && Number.isNaN(first) !== Number.isNaN(second)) return Number.isNaN(first) ? 1 : -1;
  return direction * a.localeCompare(b, undefined, { numeric: true, sensitivity: "base" });
}

/** @param {HTMLTableElement} table */
function makeSortable(table) {
  const body = table.tBodies[0];
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const rows = [...body.rows];
  if (rows.length < 2) return;
  const show = addSearch(table, rows);
  for (const [column, head] of heads.entries()) {
    if (!head.textContent?.trim() || head.querySelector("a, button")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isAscending = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isAscending ? "descending" : "ascending");
      const direction = isAscending ? -1 : 1;
      const values = new Map(rows.map((row) => [row, valueOf(row.cells[column])]));
      rows.sort((a, b) => compare(values.get(a) ?? "", values.get(b) ?? "", direction));
      body.append(...rows);
      show();
    });
  }
}

/**
 * A search above a long table, and a button for what lies beyond its first part.
 * @param {HTMLTableElement} table
 * @param {HTMLTableRowElement[]} rows in the order in which they stand, kept by the caller
 * @returns {() => void} shows what is searched for, after the order has changed
 */
function addSearch(table, rows) {
  if (rows.length < SEARCHED_FROM) return () => undefined;
  const bar = document.createElement("div");
  bar.className = "table-search";
  const label = table.closest("section")?.querySelector("h2")?.textContent?.trim() ?? "this table";
  bar.innerHTML = '<input type="search" autocomplete="off" placeholder="Find"><span class="small muted" role="status"></span>';
  const input = /** @type {HTMLInputElement} */ (bar.firstElementChild);
  const found = /** @type {HTMLElement} */ (bar.lastElementChild);
  input.setAttribute("aria-label", `Find in ${label}`);
  const more = document.createElement("button");
  more.type = "button";
  more.className = "button small secondary";
  let isWhole = rows.length <= PAGE;
  const wrap = table.closest(".table-wrap") ?? table;
  wrap.before(bar);
  wrap.after(more);
  const show = () => {
    const wanted = input.value.trim().toLocaleLowerCase();
    const hits = rows.filter((row) => (row.textContent ?? "").toLocaleLowerCase().includes(wanted));
    const shown = new Set(isWhole || wanted ? hits : hits.slice(0, PAGE));
    for (const row of rows) row.hidden = !shown.has(row);
    found.textContent = wanted ? `${hits.length} of ${rows.length}` : "";
    more.hidden = shown.size === hits.length;
    more.textContent = `Show all ${rows.length}`;
  };
  input.addEventListener("input", show);
  more.addEventListener("click", () => {
    isWhole = true;
    show();
  });
  show();
  return show;
}

export function makeTablesSortable() {
  /** @type {NodeListOf<HTMLTableElement>} */
  const tables = document.querySelectorAll("table[data-sortable]");
  for (const table of tables) makeSortable(table);
}
