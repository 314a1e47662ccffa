// @ts-check
/**
 * The page of a room's camera: all faces that are seen, and what they show together. Pictures
 * are taken and sent by capture-worker.js. Flags for tests: data-ready, -socket, -camera and
 * -answered (the number of results) on the root element.
 */

import { CameraSwitch } from "./camera_switch.js";
import { Connection } from "./connection.js";

/** Faces of a whole class are small: their pictures are wider than a student's. */
const WIDEST_PX = 1280;

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);
const config = JSON.parse(element("class-config").textContent);
const flags = document.documentElement.dataset;
const worker = new Worker(new URL("./capture-worker.js", import.meta.url), { type: "module" });
let live = config.state === "live";

const camera = new CameraSwitch({
  worker,
  facing: "environment",
  size: { width: 1280, height: 720 },
  paused: "The camera is off and nothing is analysed. The teacher sees that it is paused.",
  changed: showNothing,
  say,
});
const connection = new Connection({ worker, camera, forget: showNothing });

/** @param {string} text empty to take the note away */
function say(text) {
  element("note").textContent = text;
  element("note").hidden = text === "";
}

/** @param {number[][]} boxes x, y, width, height of each face, as shares of the picture */
function showBoxes(boxes) {
  element("boxes").replaceChildren(
    ...boxes.map((box) => {
      const frame = document.createElement("div");
      frame.className = "face-box";
      const [left, top, width, height] = box.map((share) => `${share * 100}%`);
      Object.assign(frame.style, { left, top, width, height });
      return frame;
    }),
  );
}

/**
 * @param {any} row an element with a bar and a value
 * @param {number | null} share 0 to 1
 */
function showBar(row, share) {
  row.querySelector(".bar > span").style.width = `${(share ?? 0) * 100}%`;
  row.querySelector(".value").textContent = share === null ? "–" : `${Math.round(share * 100)} %`;
}

/**
 * @param {number | null} faces
 * @param {number | null} facing
 * @param {Record<string, number>} emotions
 */
function showNumbers(faces, facing, emotions) {
  element("count").textContent = faces === null ? "–" : String(faces);
  element("count-word").textContent = faces === 1 ? "face" : "faces";
  if (element("facing")) showBar(element("facing"), facing);
  for (const row of document.querySelectorAll("[data-emotion]")) {
    showBar(row, emotions[row.getAttribute("data-emotion") ?? ""] ?? null);
  }
}

/** @param {Record<string, any>} result */
function showResult({ faces, boxes, facing, emotions }) {
  const answered = Number(flags.answered) + 1;
  flags.answered = element("frames").textContent = String(answered);
  if (!camera.isOn) return;
  say("");
  showBoxes(boxes);
  showNumbers(faces, facing, emotions);
  element("seen").textContent =
    faces === 0
      ? "Nobody is seen. Point the camera at faces, with light on them; too far away they are too small."
      : "Every face that is counted has a frame.";
}

/** Nothing is being analysed: say so, and leave no old numbers. */
function showNothing() {
  showBoxes([]);
  showNumbers(null, null, {});
  element("seen").textContent = live
    ? flags.camera === "on"
      ? "Looking …"
      : "Nothing: the camera is off."
    : "Waiting for the teacher to start. Nothing is analysed before.";
}

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
  }
  element("session-state").textContent = live ? "Live" : "Not started yet";
  element("session-state").classList.toggle("live", live);
}

/** @type {Record<string, (message: any) => void>} */
const HEAR = {
  socket: (message) => connection.show(message),
  hello: (message) => showState(message.session.state),
  session: (message) => showState(message.state),
  room: showResult,
  shed: (message) => say(message.message),
  error: (message) => say(message.message),
  pictures: ({ ok }) => say(ok ? "" : "The camera gives no usable picture. Turn it off and on again."),
  grab: () => camera.grab(),
};
worker.addEventListener("message", ({ data }) => HEAR[data.type]?.(data));

flags.answered = "0";
connection.open(config.socket, WIDEST_PX);
flags.ready = "true";
