// @ts-check
/**
 * The student's end of the class socket, version 1 (docs/protocol.md): hello, a credit of one
 * frame, reconnecting. It runs in a worker, whose timers go on while the tab is hidden.
 */

const VERSION = 1;
const ANSWER_TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 500;
/** Who has said nothing for so long says that it is there. */
const PING_AFTER_MS = 2_000;
/** Without a word for so long the connection is dead, whatever the system says. */
const STALE_MS = 4_500;
const SILENCE_MS = 10_000;
/** A try that has got no hello by then is given up. */
const HELLO_WITHIN_MS = 5_000;
/** Seconds: where there are too many already, a quick return makes it worse. */
const CROWDED_WAIT_S = 30;
const LONGEST_WAIT_S = 15;

/**
 * What the page says about a close code, and what comes next: "reconnect" happens by itself,
 * "refresh" loads the page anew by itself, the others wait for the student.
 *
 * @typedef {{text: string, next: "reconnect"|"refresh"|"again"|"reload"|"join"}} Meaning
 * @type {Record<number, Meaning>}
 */
const CLOSE_CODES = {
  1009: { text: "This page sent a message that is too big for the server. Reload it.", next: "reload" },
  1011: { text: "The server met an error.", next: "reconnect" },
  4012: { text: "The server is being restarted.", next: "reconnect" },
  4000: { text: "This page is older than the server. Reload it.", next: "reload" },
  4001: { text: "You opened this class in another window or on another device, so this one was let go.", next: "again" },
  4003: { text: "The server does not know this browser in this class. Join it anew.", next: "join" },
  4005: { text: "The class has ended.", next: "refresh" },
  4008: { text: "This page sent more than the server takes. Reload it.", next: "reload" },
  4009: { text: "This page sent a picture that is too big for the server. Reload it.", next: "reload" },
  4010: { text: "You have left this class.", next: "refresh" },
  4011: { text: "Your teacher has taken you out of this class.", next: "refresh" },
  4013: { text: "Too many connections from your network.", next: "reconnect" },
  4014: { text: "The server heard nothing from this page for long.", next: "reconnect" },
  4500: { text: "The server met an error.", next: "reconnect" },
};
/** @type {Meaning} */
const LOST = { text: "The connection was lost.", next: "reconnect" };

/**
 * @param {number} code
 * @returns {Meaning}
 */
export const meaning = (code) => CLOSE_CODES[code] ?? LOST;

/**
 * Seconds to wait before a new try: 1 to 15, longer after each failure, by chance within that,
 * so that a class does not come back all at once.
 *
 * @param {number} failures how many tries have failed in a row
 */
export const backoff = (failures) =>
  1 + Math.random() * (Math.min(LONGEST_WAIT_S, 2 ** (failures + 1)) - 1);

export class ClassSocket {
  /**
   * @param {string} url
   * @param {(message: Record<string, any>) => void} tell hears every message of the server, and
   *   {type: "socket", state, code?, wait_s?, silent_s?} whenever the connection changes, and
   *   each second while it waits or is stale
   */
  constructor(url, tell) {
    this.url = url;
    this.tell = tell;
    this.open = false;
    this.camera = "off";
    /** @type {WebSocket | null} */
    this.socket = null;
    this.failures = 0;
    this.heardAt = 0;
    this.saidAt = 0;
    this.sent = 0;
    this.toldAt = 0;
    this.isStale = false;
    this.retryAt = 0;
    this.closeCode = 0;
    /** @type {((answered: boolean) => void) | null} */
    this.answer = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retry = undefined;
    setInterval(() => this.#watch(), LOOK_EVERY_MS);
    addEventListener("online", () => this.retry !== undefined && this.connect());
  }

  /** Connect now, whatever was being waited for. */
  connect() {
    clearTimeout(this.retry);
    this.retry = undefined;
    this.#drop();
    this.tell({ type: "socket", state: "connecting" });
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.heardAt = performance.now();
    socket.addEventListener("open", () => this.#send({ type: "hello", version: VERSION }));
    socket.addEventListener("message", (event) => {
      if (socket === this.socket) this.#hear(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.socket) this.#closed(event.code);
    });
  }

  /** @param {string} state what the server is told now and after each reconnect */
  setCamera(state) {
    this.camera = state;
    if (this.open) this.#send({ type: "camera", state });
  }

  /**
   * Send one frame; resolves when the next may be sent: true once it was answered, false when
   * the answer did not come in time or the connection went.
   *
   * @param {ArrayBuffer} jpeg
   * @returns {Promise<boolean>}
   */
  sendFrame(jpeg) {
    if (!this.open) return Promise.resolve(false);
    this.sent += 1;
    this.saidAt = performance.now();
    this.socket?.send(jpeg);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(false), ANSWER_TIMEOUT_MS);
      this.answer = (answered) => {
        clearTimeout(timer);
        resolve(answered);
      };
    });
  }

  /** @param {Record<string, any>} message */
  #hear(message) {
    this.heardAt = performance.now();
    if (this.isStale) {
      this.isStale = false;
      this.tell({ type: "socket", state: "open" });
    }
    if (message.type === "hello") {
      this.open = true;
      this.failures = 0;
      this.#send({ type: "camera", state: this.camera });
      this.tell({ type: "socket", state: "open" });
    }
    if (message.seq === this.sent) this.#settle(true);
    this.tell(message);
  }

  /** @param {number} code */
  #closed(code) {
    this.#drop();
    if (meaning(code).next !== "reconnect") {
      this.tell({ type: "socket", state: "closed", code });
      return;
    }
    const wait_s = backoff(this.failures) + (code === 4013 ? CROWDED_WAIT_S : 0);
    this.failures += 1;
    this.retry = setTimeout(() => this.connect(), wait_s * 1000);
    this.retryAt = performance.now() + wait_s * 1000;
    this.closeCode = code;
    this.toldAt = performance.now();
    this.tell({ type: "socket", state: "closed", code, wait_s });
  }

  /** Forget the present connection; what it still says is not heard. */
  #drop() {
    this.socket?.close();
    this.socket = null;
    this.open = this.isStale = false;
    this.sent = 0;
    this.#settle(false);
  }

  /** @param {boolean} answered */
  #settle(answered) {
    this.answer?.(answered);
    this.answer = null;
  }

  /** @param {Record<string, any>} message */
  #send(message) {
    this.saidAt = performance.now();
    this.socket?.send(JSON.stringify(message));
  }

  /** A connection can be dead without a word, for instance after the lid was shut. */
  #watch() {
    const now = performance.now();
    if (this.socket === null) {
      if (this.retry !== undefined) this.#tellEachSecond("closed", { code: this.closeCode, wait_s: (this.retryAt - now) / 1000 });
      return;
    }
    const silentMs = now - this.heardAt;
    if (silentMs > (this.open ? SILENCE_MS : HELLO_WITHIN_MS)) {
      this.#closed(1006);
      return;
    }
    if (this.open && now - this.saidAt >= PING_AFTER_MS) this.#send({ type: "ping" });
    if (this.open && silentMs > STALE_MS) {
      this.isStale = true;
      this.#tellEachSecond("stale", { silent_s: silentMs / 1000 });
    }
  }

  /**
   * @param {string} state
   * @param {Record<string, number>} more
   */
  #tellEachSecond(state, more) {
    if (performance.now() - this.toldAt < 1000) return;
    this.toldAt = performance.now();
    this.tell({ type: "socket", state, ...more });
  }
}
