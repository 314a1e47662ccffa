// @ts-check
/** The form of a session: its time is typed and shown in the viewer's own zone. */

const at = /** @type {HTMLInputElement | null} */ (document.getElementById("id_scheduled_at"));
const zone = /** @type {HTMLInputElement | null} */ (document.getElementById("id_zone"));

if (at && zone) {
  const stored = new Date(at.dataset.at ?? "");
  const isUntouched = !at.closest(".field")?.querySelector(".errorlist") && !zone.value;
  if (isUntouched && !Number.isNaN(stored.getTime())) {
    const local = new Date(stored.getTime() - stored.getTimezoneOffset() * 60_000);
    at.value = local.toISOString().slice(0, "2026-01-01T00:00".length);
  }
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}
document.documentElement.dataset.ready = "true";
