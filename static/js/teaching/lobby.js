// @ts-check
/** The lobby of a session: copies the link, and shows who joins while it is open. */

import "../site/copy.js";

const REFRESH_MS = 5000;

async function refresh() {
  const people = document.querySelector("[data-refresh]");
  if (!people || document.hidden) return;
  const answer = await fetch(location.href, { redirect: "error" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const section = fresh.getElementById("people");
  // What the teacher has ticked must not be lost.
  if (section && !people.querySelector("input:checked")) people.replaceWith(section);
}

// A page that cannot be reached is asked again; the list stays as it was meanwhile.
setInterval(() => refresh().catch(() => undefined), REFRESH_MS);
document.documentElement.dataset.ready = "true";
