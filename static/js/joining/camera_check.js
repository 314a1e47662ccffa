// @ts-check
/**
 * The camera tried before joining: does it open, is there light, is a face found. Pictures go to
 * the server one at a time, only while the check is open, and only for the number of faces.
 */

import { CameraProblem, closeCamera, openCamera } from "../site/camera.js";
import { post } from "../site/post.js";
import { DARK, lightOf } from "./light.js";

const EVERY_MS = 1500;
/** It ends by itself: a page that is forgotten must not look at anybody. */
const LONGEST_MS = 60_000;
const WIDTH_PX = 320;

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);

/** @type {MediaStream | null} */
let stream = null;
let startedAt = 0;

/**
 * @param {"camera" | "light" | "face"} line
 * @param {"good" | "bad" | "open"} state
 * @param {string} text
 */
function tell(line, state, text) {
  const row = element(`check-${line}`);
  row.dataset.state = state;
  row.querySelector("span").textContent = text;
}

/** @param {number} faces */
function tellFaces(faces) {
  if (faces === 1) tell("face", "good", "Your face is found.");
  else if (faces > 1) tell("face", "good", `${faces} faces are found; the largest will count as yours.`);
  else tell("face", "bad", "No face is found. Sit in front of the camera, with light on your face.");
}

/** @param {HTMLVideoElement} video @returns {HTMLCanvasElement} what it shows, small */
function picture(video) {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH_PX;
  canvas.height = Math.round((WIDTH_PX * video.videoHeight) / video.videoWidth);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** @param {MediaStream} own that was opened for this; another one has looks of its own */
async function look(own) {
  const video = /** @type {HTMLVideoElement} */ (element("check-video"));
  if (own === stream && video.videoWidth) {
    const canvas = picture(video);
    if (lightOf(canvas) < DARK) tell("light", "bad", "It is dark: turn to a window or switch a light on.");
    else tell("light", "good", "There is enough light.");
    /** @type {Blob | null} */
    const jpeg = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.7));
    if (jpeg) await ask(jpeg, own);
  }
  if (own !== stream) return;
  if (performance.now() - startedAt > LONGEST_MS) stop();
  else setTimeout(look, EVERY_MS, own);
}

/** @param {Blob} jpeg @param {MediaStream} own */
async function ask(jpeg, own) {
  const answer = await post(element("check").dataset.address, jpeg);
  if (own !== stream) return;
  if (answer.ok) tellFaces(answer.faces ?? 0);
  else tell("face", "open", answer.message);
}

async function start() {
  element("check-start").disabled = true;
  tell("camera", "open", "Your browser asks for the camera: choose “Allow”.");
  try {
    stream = await openCamera();
  } catch (error) {
    const problem = /** @type {CameraProblem} */ (error);
    tell("camera", "bad", `${problem.message}. ${problem.advice}`);
    element("check-start").disabled = false;
    return;
  }
  // The check was closed while the browser asked: nobody would see that the camera is on.
  if (!element("check").open) {
    stop();
    return;
  }
  tell("camera", "good", "Your camera works.");
  startedAt = performance.now();
  element("check-video").srcObject = stream;
  element("check-stage").hidden = element("check-stop").hidden = false;
  element("check-start").hidden = true;
  void look(stream);
}

function stop() {
  closeCamera(stream);
  stream = element("check-video").srcObject = null;
  tell("camera", "open", "The camera is off.");
  element("check-stage").hidden = element("check-stop").hidden = true;
  element("check-start").hidden = element("check-start").disabled = false;
}

element("check-start").addEventListener("click", start);
element("check-stop").addEventListener("click", () => {
  stop();
  element("check-start").focus();
});
element("check").addEventListener("toggle", () => element("check").open || stop());
window.addEventListener("pagehide", stop);
