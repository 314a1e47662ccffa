// @ts-check
/**
 * The student's page: the camera with its switches, what the model sees, and the connection.
 * Pictures are taken and sent by capture-worker.js. Flags for tests: data-ready, -socket,
 * -camera and -answered (the number of results) on the root element.
 */

import { CameraProblem, MISSING, closeCamera, openCamera } from "../site/camera.js";
import { LEVELS, capital } from "../site/words.js";
import { meaning } from "./socket.js";

/** @typedef {import("../site/camera.js").CameraState} CameraState */

/**
 * @param {string} id
 * @returns {any} an element that the template has for certain
 */
const element = (id) => document.getElementById(id);
const config = JSON.parse(element("class-config").textContent);
const flags = document.documentElement.dataset;
const video = /** @type {HTMLVideoElement} */ (element("preview"));
const worker = new Worker(new URL("./capture-worker.js", import.meta.url), { type: "module" });

/** @type {MediaStream | null} */
let stream = null;
let answered = 0;
let live = config.state === "live";
/** Whether a form of this page was sent, to leave or to delete: its answer is the next page. */
let leaving = false;
document.addEventListener("submit", (event) => {
  leaving = /** @type {HTMLFormElement} */ (event.target).method === "post";
});
/** Whether the server has closed the connection for good, until the student asks for it again. */
let letGo = false;

// The camera ---------------------------------------------------------------------------------

/** Title, text and the label of the first button. */
const PANELS = {
  off: [
    "Your camera is off",
    "Turn it on when you are ready: your browser then asks you once more. Nothing is analysed before.",
    "Turn on camera",
  ],
  without: [
    "You are here without a camera",
    "Your teacher sees that you are here, and that your camera is off. You can turn it on at any time.",
    "Turn on camera",
  ],
  unconnected: [
    "Your camera is off",
    "This page is not connected to the class, so nothing is analysed.",
    "Turn on camera",
  ],
  asking: ["Your browser asks for the camera", "Choose “Allow” in its question.", "Turn on camera"],
  paused: [
    "Paused",
    "Your camera is off and nothing is analysed. Your teacher sees that you have paused.",
    "Resume",
  ],
};

/** @param {string[]} panel one of PANELS, or made like them */
function showPanel(panel, offerWithout = false) {
  const [title, text, label] = panel;
  element("camera-title").textContent = title;
  element("camera-text").textContent = text;
  element("camera-start").textContent = label;
  element("camera-start").disabled = panel === PANELS.asking || panel === PANELS.unconnected;
  element("camera-without").hidden = !offerWithout;
  element("camera-panel").hidden = false;
  element("stage").hidden = element("camera-pause").hidden = true;
}

/** @param {CameraState} state */
function setCamera(state) {
  flags.camera = state;
  worker.postMessage({ type: "camera", state });
  showNothing();
}

async function turnOn() {
  showPanel(PANELS.asking);
  try {
    stream = await openCamera();
  } catch (error) {
    const problem = /** @type {CameraProblem} */ (error);
    setCamera(problem.state);
    showPanel([problem.message, problem.advice, "Try again"], true);
    return;
  }
  video.srcObject = stream;
  element("camera-panel").hidden = true;
  element("stage").hidden = element("camera-pause").hidden = false;
  element("camera-pause").focus();
  feed(stream.getVideoTracks()[0]);
  setCamera("on");
}

/** @param {CameraState} state */
function turnOff(state) {
  worker.postMessage({ type: "source", kind: "none" });
  closeCamera(stream);
  stream = video.srcObject = null;
  setCamera(state);
}

/** Hand the camera's pictures to the worker, and notice when they cease. */
function feed(/** @type {MediaStreamTrack} */ track) {
  track.addEventListener("ended", () => {
    turnOff("missing");
    showPanel(["The camera was switched off or unplugged", MISSING.advice, "Try again"], true);
  });
  track.addEventListener("mute", () => {
    setCamera("busy");
    say("The camera gives no picture at present. Is it covered, or used by another program?");
  });
  track.addEventListener("unmute", () => {
    setCamera("on");
    say("");
  });
  const Processor = /** @type {any} */ (window).MediaStreamTrackProcessor;
  if (!Processor) {
    worker.postMessage({ type: "source", kind: "page" });
    return;
  }
  const { readable } = new Processor({ track, maxBufferSize: 1 });
  worker.postMessage({ type: "source", kind: "track", readable }, [readable]);
}

/** The worker asks for a picture of the video, where it cannot have the track. */
async function grab() {
  const bitmap = await createImageBitmap(video).catch(() => null);
  worker.postMessage({ type: "picture", bitmap }, bitmap ? [bitmap] : []);
}

element("camera-start").addEventListener("click", turnOn);
element("camera-without").addEventListener("click", () => {
  setCamera("off");
  showPanel(PANELS.without);
  element("camera-start").focus();
});
element("camera-pause").addEventListener("click", () => {
  turnOff("paused");
  showPanel(PANELS.paused);
  element("camera-start").focus();
});

// What the model sees ------------------------------------------------------------------------

/** @param {string} text empty to take the note away */
function say(text) {
  element("note").textContent = text;
  element("note").hidden = text === "";
}

/** @param {number[] | null} box x, y, width, height as fractions of the picture */
function showBox(box) {
  element("face-box").hidden = box === null;
  if (box === null) return;
  const [left, top, width, height] = box.map((fraction) => `${fraction * 100}%`);
  Object.assign(element("face-box").style, { left, top, width, height });
}

/**
 * @param {any} row an element with a bar and a value
 * @param {number | null} share 0 to 1
 * @param {string} text the same for reading
 */
function showBar(row, share, text) {
  row.querySelector(".bar > span").style.width = `${(share ?? 0) * 100}%`;
  row.querySelector(".value").textContent = share === null ? "–" : text;
}

/**
 * @param {Record<string, number> | null} probabilities
 * @param {number | null} engagement
 * @param {keyof typeof LEVELS | null} level
 */
function showNumbers(probabilities, engagement, level) {
  for (const row of document.querySelectorAll("[data-emotion]")) {
    const share = probabilities?.[row.getAttribute("data-emotion") ?? ""] ?? null;
    showBar(row, share, `${Math.round((share ?? 0) * 100)} %`);
  }
  const text = `${level ? `${LEVELS[level]}, ` : ""}${engagement?.toFixed(2)}`;
  if (element("engagement")) showBar(element("engagement"), engagement, text);
}

/** @param {Record<string, any>} result */
function showResult(result) {
  answered += 1;
  flags.answered = element("frames").textContent = String(answered);
  if (flags.camera !== "on") return;
  say("");
  showBox(result.box);
  showNumbers(result.probabilities, result.engagement, result.level);
  element("seen").textContent = seen(result);
  element("faces").hidden = result.faces === 1;
  element("faces").textContent =
    result.faces === 0
      ? "Sit in front of the camera, with light on your face. You count as away meanwhile."
      : `${result.faces} faces are in the picture; the largest counts as yours.`;
}

/**
 * @param {Record<string, any>} result
 * @returns {string} what was seen, in a few words
 */
function seen({ faces, emotion, direction }) {
  if (faces === 0) return "No face in the picture";
  if (direction === "turned") return "Turned away: no emotion is estimated";
  if (!emotion) return "A face is seen";
  return capital(emotion) + (direction === "down" ? ", looking down" : "");
}

/** Nothing is being analysed: say so, and leave no old numbers. */
function showNothing() {
  showBox(null);
  showNumbers(null, null, null);
  element("faces").hidden = true;
  element("seen").textContent = live
    ? flags.camera === "on"
      ? "Looking …"
      : "Nothing: your camera is off."
    : "Waiting for the teacher to start. Nothing is analysed before.";
}

// The connection -----------------------------------------------------------------------------

/** @param {string} state planned, live or ended */
function showState(state) {
  if (state === "ended") {
    closeCamera(stream);
    location.reload();
    return;
  }
  if (live !== (state === "live")) {
    live = state === "live";
    showNothing();
  }
  element("session-state").textContent = live ? "Live" : "Not started yet";
  element("session-state").classList.toggle("live", live);
}

/** @type {Record<string, string[]>} */
const REMEDIES = {
  again: ["Use here again", "again"],
  reload: ["Reload the page", "reload"],
  reconnect: ["Try now", "again"],
};

/** @param {{state: string, code?: number, wait_s?: number, silent_s?: number}} message */
function showSocket({ state, code, wait_s, silent_s }) {
  flags.socket = state;
  const connection = element("connection");
  connection.textContent = { open: "Connected", connecting: "Connecting" }[state] ?? "Not connected";
  connection.classList.toggle("good", state === "open");
  connection.classList.toggle("bad", state === "closed" || state === "stale");
  if (state === "stale") {
    if (flags.camera === "on") showNothing();
    tell(`No answer for ${Math.floor(silent_s ?? 0)} s. What you see is not up to date.`);
  } else if (state !== "open" && flags.camera === "on") {
    showNothing();
  }
  if (state === "open") {
    element("trouble").hidden = true;
    if (letGo) showPanel(PANELS.off, true);
    letGo = false;
  }
  if (code !== undefined) showTrouble(code, wait_s);
}

/**
 * @param {number} code why the connection was closed
 * @param {number} [wait_s] seconds until the next try
 */
function showTrouble(code, wait_s) {
  const { text, next } = meaning(code);
  if (next === "refresh") {
    closeCamera(stream);
    // The answer to what the student has just sent is about to be shown.
    if (!leaving) location.reload();
    return;
  }
  if (next !== "reconnect") {
    letGo = true;
    turnOff("off");
    showPanel(PANELS.unconnected);
  }
  const wait = wait_s === undefined ? "" : ` Trying again in ${Math.max(0, Math.ceil(wait_s))} s.`;
  tell(text + wait);
  element("trouble-link").hidden = next !== "join";
  const [label, action] = REMEDIES[next] ?? ["", ""];
  element("trouble-button").hidden = label === "";
  element("trouble-button").textContent = label;
  element("trouble-button").dataset.action = action;
}

/** @param {string} text of the trouble, which may change each second: spoken only once */
function tell(text) {
  const trouble = element("trouble");
  trouble.setAttribute("role", trouble.hidden ? "alert" : "none");
  element("trouble-text").textContent = text;
  element("trouble-link").hidden = element("trouble-button").hidden = true;
  trouble.hidden = false;
}

element("trouble-button").addEventListener("click", () => {
  if (element("trouble-button").dataset.action === "reload") location.reload();
  else worker.postMessage({ type: "again" });
});

/** @param {{interval_s: number}} message the server has more to do than it can, or no longer */
function showPace({ interval_s }) {
  const slowed = interval_s > config.interval_s * 1.05;
  element("pace").hidden = !slowed;
  element("pace").textContent = `The server is busy: a picture goes about every ${Math.round(interval_s)} s for now.`;
}

/** @param {{ok: boolean}} message whether pictures can be taken */
function showPictures({ ok }) {
  say(ok ? "" : "The camera gives no usable picture. Turn it off and on again, or reload the page.");
}

/** @type {Record<string, (message: any) => void>} */
const HEAR = {
  socket: showSocket,
  hello: (message) => showState(message.session.state),
  session: (message) => showState(message.state),
  result: showResult,
  shed: (message) => say(message.message),
  error: (message) => say(message.message),
  pace: showPace,
  pictures: showPictures,
  grab,
};
worker.addEventListener("message", ({ data }) => HEAR[data.type]?.(data));

flags.camera = "off";
flags.answered = "0";
const url = new URL(config.socket, location.href);
url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
worker.postMessage({ type: "connect", url: url.href });
flags.ready = "true";
