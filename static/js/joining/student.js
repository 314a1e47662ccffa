// @ts-check
/**
 * The student's page: the camera with its switches, what the model sees, and the connection.
 * Pictures are taken and sent by capture-worker.js. Flags for tests: data-ready, -socket,
 * -camera and -answered (the number of results) on the root element.
 */

import { glyph } from "../site/parts.js";
import { LEVELS, capital } from "../site/words.js";
import { CameraSwitch } from "./camera_switch.js";
import { takeWish } from "./camera_wish.js";
import { Connection } from "./connection.js";
import { DARK } from "./light.js";
import { showQuestion, showSigns } from "./voice.js";

/**
 * @param {string} id
 * @returns {any} an element that the template has for certain
 */
const element = (id) => document.getElementById(id);
const config = JSON.parse(element("class-config").textContent);
const flags = document.documentElement.dataset;
const worker = new Worker(new URL("./capture-worker.js", import.meta.url), { type: "module" });

let answered = 0;
let light = 255;
let live = config.state === "live";

// The camera ---------------------------------------------------------------------------------

/** Title, text and the label of the button. */
const WITHOUT = {
  title: "You are here without a camera",
  text: "Your teacher sees that you are here, and that your camera is off. You can turn it on at any time.",
  label: "Turn on camera",
};

const NO_MINI = "Your browser shows no mini view of this page.";

const camera = new CameraSwitch({
  worker,
  size: { width: 640, height: 480 },
  paused: "Your camera is off and nothing is analysed. Your teacher sees that you have paused.",
  changed: () => {
    mini.hidden = flags.camera !== "on" || !document.pictureInPictureEnabled;
    showNothing();
  },
  say,
});

element("camera-without").addEventListener("click", () => {
  camera.turnOff("off");
  camera.showPanel(WITHOUT);
  element("camera-start").focus();
});

// A small window above others: what the camera shows, while the student is in another program.
const mini = element("mini");
mini.addEventListener("click", () => camera.video.requestPictureInPicture().catch(() => say(NO_MINI)));

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
  const own = element("own-level");
  if (!own) return;
  own.hidden = !level;
  own.className = `own-level level lv-${level}`;
  if (level) own.replaceChildren(glyph(level), LEVELS[level]);
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
  const text = advice(result.faces);
  element("faces").hidden = text === "";
  element("faces").textContent = text;
}

/** @param {number} faces in the picture @returns {string} what would help; empty where nothing is amiss */
function advice(faces) {
  const isDark = light < DARK;
  if (faces > 1) return `${faces} faces are in the picture; the largest counts as yours.`;
  if (faces === 1) return isDark ? "It is dark: turn to a window or switch a light on." : "";
  return isDark
    ? "It is dark: turn to a window or switch a light on. You count as away meanwhile."
    : "Sit in front of the camera, with light on your face. You count as away meanwhile.";
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

const connection = new Connection({ worker, camera, forget: showNothing });

/** @param {string} state planned, live or ended */
function showState(state) {
  if (state === "ended") {
    camera.close();
    location.reload();
    return;
  }
  if (live !== (state === "live")) {
    live = state === "live";
    showNothing();
    showSigns(live);
  }
  element("session-state").textContent = live ? "Live" : "Not started yet";
  element("session-state").classList.toggle("live", live);
}

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

/** @param {{isSlow: boolean}} message whether pictures are made smaller for the network */
function showNetwork({ isSlow }) {
  element("network").hidden = !isSlow;
}

/** @type {Record<string, (message: any) => void>} */
const HEAR = {
  light: ({ mean }) => void (light = mean),
  network: showNetwork,
  socket: (message) => connection.show(message),
  hello: (message) => showState(message.session.state),
  session: (message) => showState(message.state),
  result: showResult,
  shed: (message) => say(message.message),
  error: (message) => say(message.message),
  pace: showPace,
  question: showQuestion,
  pictures: showPictures,
  grab: () => camera.grab(),
};
worker.addEventListener("message", ({ data }) => HEAR[data.type]?.(data));

flags.answered = "0";
connection.open(config.socket);
flags.ready = "true";
// Asked for on the consent page; the browser asks once more.
if (takeWish(config.code)) void camera.turnOn();
