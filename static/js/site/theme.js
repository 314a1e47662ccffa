// @ts-check
/**
 * Light, dark or as the device: a cookie, so that the server's next page begins in it
 * (sessions/site/context.py), and the media of dark.css, so that this page changes at once.
 */

/** As sessions/site/context.py has them. @type {Record<string, string>} */
const MEDIA = { device: "screen and (prefers-color-scheme: dark)", light: "not all", dark: "screen" };
const YEAR_S = 365 * 24 * 3600;

/** Told to whoever draws in the page's colours. */
export const THEME_CHANGED = "theme-changed";

export function offerThemes() {
  const choice = document.getElementById("theme");
  const sheet = /** @type {HTMLLinkElement | null} */ (document.getElementById("dark"));
  if (!choice || !sheet) return;
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = choice.querySelectorAll("[data-theme]");
  const show = () => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(sheet.media === MEDIA[button.dataset.theme ?? ""]));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const theme = button.dataset.theme ?? "device";
      sheet.media = MEDIA[theme];
      const age = theme === "device" ? 0 : YEAR_S;
      document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
      show();
      document.dispatchEvent(new Event(THEME_CHANGED));
    });
  }
  show();
  choice.hidden = false;
}
