// @ts-check
/** Times that the server wrote in its own zone, shown in the viewer's. */

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });

/** @param {Date} date */
const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/**
 * "Today, 10:00", "Yesterday, 10:00" or "Mon, 23 Nov 2026, 10:00".
 * @param {Date} date
 * @param {Date} now
 */
export function moment(date, now) {
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  const day = { "0": "Today", "1": "Yesterday", "-1": "Tomorrow" }[String(days)] ?? DAY.format(date);
  return `${day}, ${TIME.format(date)}`;
}

/** @param {ParentNode} part */
export function showMoments(part) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const element of part.querySelectorAll("time[data-moment]")) {
    const date = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(date.getTime())) continue;
    element.textContent = moment(date, new Date());
    element.setAttribute("title", `${DAY.format(date)}, ${TIME.format(date)}, ${zone}`);
  }
}
