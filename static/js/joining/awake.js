// @ts-check
/**
 * Keeps the screen of a phone on while its camera takes part in a class. Where the browser cannot,
 * or the battery is low, the screen goes off as usual. Flag for tests: data-awake.
 */

export class Awake {
  constructor() {
    this.wanted = false;
    /** @type {WakeLockSentinel | null} */
    this.lock = null;
    // A page that goes to the back loses it.
    document.addEventListener("visibilitychange", () => {
      if (this.wanted && !document.hidden) void this.#ask();
    });
  }

  hold() {
    this.wanted = true;
    void this.#ask();
  }

  release() {
    this.wanted = false;
    void this.lock?.release();
    this.lock = null;
    delete document.documentElement.dataset.awake;
  }

  async #ask() {
    const lock = await navigator.wakeLock?.request("screen").catch(() => null);
    if (!this.wanted) void lock?.release();
    else if (lock) {
      this.lock = lock;
      document.documentElement.dataset.awake = "true";
    }
  }
}
