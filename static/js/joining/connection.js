// @ts-check
/**
 * What a page that takes part in a class says of its connection, and what can be done about it.
 * Flag for tests: data-socket.
 */

import { meaning } from "./socket.js";

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);
const flags = document.documentElement.dataset;

/** @type {Record<string, string[]>} */
const REMEDIES = {
  again: ["Use here again", "again"],
  reload: ["Reload the page", "reload"],
  reconnect: ["Try now", "again"],
};
/** @type {Record<string, string>} */
const WORDS = { open: "Connected", connecting: "Connecting" };

export class Connection {
  /**
   * @param {object} options
   * @param {Worker} options.worker
   * @param {import("./camera_switch.js").CameraSwitch} options.camera
   * @param {() => void} options.forget takes old figures away
   */
  constructor({ worker, camera, forget }) {
    this.worker = worker;
    this.camera = camera;
    this.forget = forget;
    /** Whether the server has closed it for good, until the user asks for it again. */
    this.letGo = false;
    /** Whether a form of this page was sent, to leave for instance: its answer is the next page. */
    this.leaving = false;
    document.addEventListener("submit", (event) => {
      this.leaving = /** @type {HTMLFormElement} */ (event.target).method === "post";
    });
    element("trouble-button").addEventListener("click", () => {
      if (element("trouble-button").dataset.action === "reload") location.reload();
      else worker.postMessage({ type: "again" });
    });
  }

  /**
   * @param {string} path of the socket
   * @param {number} [widest] pixels of a picture's width, where it is not a student's
   */
  open(path, widest) {
    const url = new URL(path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.worker.postMessage({ type: "connect", url: url.href, widest });
  }

  /** @param {{state: string, code?: number, wait_s?: number, silent_s?: number}} message */
  show({ state, code, wait_s, silent_s }) {
    flags.socket = state;
    const connection = element("connection");
    connection.textContent = WORDS[state] ?? "Not connected";
    connection.classList.toggle("good", state === "open");
    connection.classList.toggle("bad", state === "closed" || state === "stale");
    if (state !== "open" && this.camera.isOn) this.forget();
    if (state === "stale") {
      this.#tell(`No answer for ${Math.floor(silent_s ?? 0)} s. What you see is not up to date.`);
    }
    if (state === "open") {
      element("trouble").hidden = true;
      if (this.letGo) this.camera.offer();
      this.letGo = false;
    }
    if (code !== undefined) this.#showTrouble(code, wait_s);
  }

  /**
   * @param {number} code why the connection was closed
   * @param {number} [wait_s] seconds until the next try
   */
  #showTrouble(code, wait_s) {
    const { text, next } = meaning(code);
    if (next === "refresh") {
      this.camera.close();
      // The answer to what the user has just sent is about to be shown.
      if (!this.leaving) location.reload();
      return;
    }
    if (next !== "reconnect") {
      this.letGo = true;
      this.camera.release();
    }
    const wait = wait_s === undefined ? "" : ` Trying again in ${Math.max(0, Math.ceil(wait_s))} s.`;
    this.#tell(text + wait);
    element("trouble-link").hidden = next !== "join";
    const [label, action] = REMEDIES[next] ?? ["", ""];
    element("trouble-button").hidden = label === "";
    element("trouble-button").textContent = label;
    element("trouble-button").dataset.action = action;
  }

  /** @param {string} text of the trouble, which may change each second: spoken only once */
  #tell(text) {
    const trouble = element("trouble");
    trouble.setAttribute("role", trouble.hidden ? "alert" : "none");
    element("trouble-text").textContent = text;
    element("trouble-link").hidden = element("trouble-button").hidden = true;
    trouble.hidden = false;
  }
}
