// @ts-check
/**
 * The dashboard's connection: it pings, notices within seconds when nothing comes any more, and
 * connects again by itself.
 */

const LOOK_EVERY_MS = 500;
const PING_EVERY_MS = 5_000;
/** The server ticks each second: in silence this long the connection is dead. */
const STALE_MS = 4_500;
const DROP_MS = 8_000;
/** A try that has brought nothing by then is given up. */
const ANSWER_WITHIN_MS = 5_000;
const LONGEST_WAIT_S = 15;
const CROWDED_WAIT_S = 30;
/** Close codes after which trying again cannot help. @type {Record<number, string>} */
const FINAL = {
  4003: "You are signed out, or this session is not yours. Sign in and open it again.",
  4004: "This session is not there any more.",
};

/**
 * @typedef {object} Link what the page is told of the connection
 * @property {"open" | "stale" | "closed"} state
 * @property {number} silent_s seconds since the last word
 * @property {number} [wait_s] seconds until the next try
 * @property {string} [final] why there will be none
 */

export class DashboardSocket {
  /**
   * @param {string} path
   * @param {(message: Record<string, any>) => void} hear every message of the server
   * @param {(link: Link) => void} tell at every change, and each second while it is not open
   */
  constructor(path, hear, tell) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.url = `${scheme}://${location.host}${path}`;
    this.hear = hear;
    this.tell = tell;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.failures = 0;
    this.heardAt = performance.now();
    this.triedAt = 0;
    this.pingedAt = 0;
    this.retryAt = Infinity;
    this.toldAt = 0;
    this.isOver = false;
    this.hasSnapshot = false;
    setInterval(() => this.#watch(), LOOK_EVERY_MS);
    addEventListener("online", () => this.socket === null && !this.isOver && this.connect());
    this.connect();
  }

  connect() {
    this.retryAt = Infinity;
    this.triedAt = performance.now();
    this.hasSnapshot = false;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("message", (event) => {
      if (socket !== this.socket) return;
      const message = JSON.parse(event.data);
      this.heardAt = performance.now();
      if (message.type === "snapshot") {
        this.hasSnapshot = true;
        this.failures = 0;
      }
      if (this.hasSnapshot) this.#say("open");
      this.hear(message);
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.socket) this.#closed(event.code);
    });
  }

  /** No more news will come, and none is missed. */
  end() {
    this.isOver = true;
  }

  /** @param {number} code */
  #closed(code) {
    this.socket = null;
    if (this.isOver) return;
    if (code in FINAL) {
      this.isOver = true;
      this.#say("closed", { final: FINAL[code] });
      return;
    }
    const longest = Math.min(LONGEST_WAIT_S, 2 ** this.failures);
    const wait = longest * (0.5 + Math.random() / 2) + (code === 4013 ? CROWDED_WAIT_S : 0);
    this.failures += 1;
    this.retryAt = performance.now() + wait * 1000;
    this.toldAt = 0;
    this.#watch();
  }

  #drop() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.#closed(1006);
  }

  #watch() {
    const now = performance.now();
    if (this.isOver) return;
    if (this.socket === null) {
      if (now >= this.retryAt) this.connect();
      else this.#eachSecond("closed", { wait_s: (this.retryAt - now) / 1000 });
      return;
    }
    if (!this.hasSnapshot) {
      if (now - this.triedAt > ANSWER_WITHIN_MS) this.#drop();
      return;
    }
    if (now - this.heardAt > DROP_MS) this.#drop();
    else if (now - this.heardAt > STALE_MS) this.#eachSecond("stale");
    else if (now - this.pingedAt > PING_EVERY_MS) {
      this.pingedAt = now;
      this.socket.send(JSON.stringify({ type: "ping" }));
    }
  }

  /**
   * @param {Link["state"]} state
   * @param {Partial<Link>} more
   */
  #eachSecond(state, more = {}) {
    if (performance.now() - this.toldAt >= 1000) this.#say(state, more);
  }

  /**
   * @param {Link["state"]} state
   * @param {Partial<Link>} more
   */
  #say(state, more = {}) {
    this.toldAt = performance.now();
    this.tell({ state, silent_s: (performance.now() - this.heardAt) / 1000, ...more });
  }
}
