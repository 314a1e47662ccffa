// @ts-check
/**
 * The page to try the model: pictures from files or the webcam, and what is seen in each. A
 * picture is shown from its file; pictures.js posts a scaled copy.
 * Flags for tests: data-ready, -camera and -answered (the number of results) on the root element.
 */

import { CameraProblem, MISSING, closeCamera, openCamera } from "../site/camera.js";
import { percent } from "../site/charts.js";
import { capital } from "../site/words.js";
import { Problem, encode, post, postUntilAnswered, sleep } from "./pictures.js";

const WEBCAM_INTERVAL_MS = 1000;
const MAX_CARDS = 10;

/** @typedef {import("./pictures.js").Face} Face */
/** @typedef {import("./pictures.js").Seen} Seen */

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);
const flags = document.documentElement.dataset;
const token = /** @type {any} */ (document.querySelector("[name=csrfmiddlewaretoken]")).value;
const compare = element("compare");
/** Where pictures go, and whether every model is asked. */
const server = () => {
  const address = element("script").dataset.analyse;
  return { address: compare?.checked ? `${address}?compare` : address, token };
};

/** @param {string} text what went wrong; empty to take the note away */
function say(text) {
  element("trouble").textContent = text;
  element("trouble").hidden = text === "";
}

/** @param {number} count */
const facesFound = (count) =>
  count === 0 ? "No face found" : count === 1 ? "1 face found" : `${count} faces found`;

// What is seen -------------------------------------------------------------------------------

/** A picture or the webcam, with its faces. */
class Card {
  /**
   * @param {string} title
   * @param {HTMLImageElement | HTMLVideoElement} picture
   * @param {() => void} onRemove
   */
  constructor(title, picture, onRemove) {
    this.root = element("card").content.firstElementChild.cloneNode(true);
    this.isMirrored = picture instanceof HTMLVideoElement;
    this.picture = picture;
    this.onRemove = onRemove;
    this.part("title").textContent = title;
    this.part("remove").addEventListener("click", () => this.remove());
    this.stage = this.root.querySelector(".try-stage");
    this.stage.append(picture);
    element("results").prepend(this.root);
  }

  /** @param {string} name */
  part(name) {
    return this.root.querySelector(`[data-part=${name}]`);
  }

  /** @param {string} text */
  say(text) {
    this.part("summary").textContent = text;
  }

  remove() {
    this.root.remove();
    this.onRemove();
  }

  /** @param {Seen} seen */
  show({ models, faces }) {
    flags.answered = String(Number(flags.answered) + 1);
    const hint = faces.length
      ? ""
      : ". A face must be lit, look towards the camera and not be too small or covered";
    this.say(`${facesFound(faces.length)}${hint}${modelsOf(models)}`);
    this.stage.replaceChildren(
      this.picture,
      ...faces.map((face, index) => this.makeBox(face.box, index + 1)),
    );
    this.root
      .querySelector(".try-faces")
      .replaceChildren(...faces.map((face, index) => makeFace(face, index + 1, models)));
  }

  /** @param {number[]} box @param {number} number */
  makeBox([x, y, width, height], number) {
    const box = document.createElement("div");
    box.className = "face-box";
    const left = this.isMirrored ? 1 - x - width : x;
    for (const [side, share] of Object.entries({ left, top: y, width, height })) {
      box.style.setProperty(side, `${share * 100}%`);
    }
    const label = document.createElement("span");
    label.textContent = String(number);
    box.append(label);
    return box;
  }
}

/** @param {{title: string}[]} models @returns {string} */
function modelsOf(models) {
  if (models.length === 0) return "";
  return models.length === 1 ? ` · Model: ${models[0].title}` : ` · ${models.length} models`;
}

/**
 * @param {Face} face
 * @param {number} number
 * @param {{name: string, title: string}[]} models
 * @returns {HTMLElement}
 */
function makeFace({ score, estimates }, number, models) {
  const item = element("face").content.firstElementChild.cloneNode(true);
  const badge = item.querySelector("[data-part=number]");
  badge.textContent = String(number);
  const one = item.querySelector(".try-estimate");
  if (estimates.length === 0) {
    fill(one, "emotion", "Face");
    fill(one, "figure", `Confidence ${percent(score)}`);
    return item;
  }
  item.classList.toggle("compared", estimates.length > 1);
  const blocks = estimates.map(() => one.cloneNode(true));
  one.replaceWith(...blocks);
  estimates.forEach((estimate, place) =>
    showEstimate(blocks[place], estimate, models.length > 1 ? models[place].name : ""),
  );
  return item;
}

/** @param {any} block @param {string} part @param {string} text */
const fill = (block, part, text) =>
  (block.querySelector(`[data-part=${part}]`).textContent = text);

/**
 * @param {any} block
 * @param {import("./pictures.js").Estimate} estimate
 * @param {string} model its name, where several are shown
 */
function showEstimate(block, { emotion, engagement, probabilities }, model) {
  fill(block, "model", model);
  block.querySelector("[data-part=model]").hidden = model === "";
  fill(block, "emotion", capital(emotion));
  fill(block, "figure", `Engagement ${engagement.toFixed(2)}`);
  for (const row of block.querySelectorAll("[data-emotion]")) {
    const share = probabilities[row.dataset.emotion] ?? 0;
    row.classList.toggle("top", row.dataset.emotion === emotion);
    row.querySelector(".bar > span").style.width = `${share * 100}%`;
    row.querySelector(".value").textContent = percent(share);
  }
}

// Pictures -----------------------------------------------------------------------------------

/** @type {Set<Card>} of pictures, the newest last */
const cards = new Set();
let queue = Promise.resolve();

/** @param {File} file */
async function tryPicture(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  image.alt = `The picture ${file.name}, with its faces numbered`;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(image.src);
    say(`${file.name}: this is not a picture that the browser can read. Choose a JPEG or PNG.`);
    return;
  }
  const card = new Card(file.name, image, () => {
    URL.revokeObjectURL(image.src);
    cards.delete(card);
  });
  cards.add(card);
  if (cards.size > MAX_CARDS) cards.values().next().value?.remove();
  try {
    const jpeg = await encode(image, image.naturalWidth, image.naturalHeight);
    const seen = await postUntilAnswered(server(), jpeg, (text) => card.say(text));
    card.show(seen);
    element("status").textContent = `${file.name}: ${facesFound(seen.faces.length)}`;
  } catch (error) {
    card.remove();
    say(`${file.name}: ${/** @type {Problem} */ (error).message}`);
  }
}

/** @param {FileList | undefined} files tried one after the other */
function tryAll(files) {
  if (files?.length) say("");
  for (const file of files ?? []) queue = queue.then(() => tryPicture(file));
}

element("pictures").addEventListener("change", () => {
  tryAll(element("pictures").files);
  element("pictures").value = ""; // So that the same file can be chosen again.
});
document.addEventListener("paste", (event) => tryAll(event.clipboardData?.files));
// Anywhere on the page, because a browser leaves the page for a picture that misses its place.
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    element("drop").classList.toggle("over", type === "dragover");
    if (type === "drop") tryAll(/** @type {DragEvent} */ (event).dataTransfer?.files);
  });
}

// The webcam ---------------------------------------------------------------------------------

/** @type {Card | null} */
let webcam = null;

/** @param {string} state @param {boolean} isBusy */
function setCamera(state, isBusy = false) {
  flags.camera = state;
  element("webcam").disabled = isBusy;
  element("webcam").textContent = state === "on" ? "Stop the webcam" : "Use the webcam";
}

/** @param {HTMLVideoElement} video */
async function watch(video) {
  const card = webcam;
  while (card && card === webcam) {
    const dueAt = performance.now() + WEBCAM_INTERVAL_MS;
    if (video.videoWidth) {
      try {
        const seen = await post(server(), await encode(video, video.videoWidth, video.videoHeight));
        if (card === webcam) card.show(seen);
      } catch (error) {
        card.say(/** @type {Problem} */ (error).message);
      }
    }
    await sleep(dueAt - performance.now());
  }
}

async function startWebcam() {
  say("");
  setCamera("asking", true);
  /** @type {MediaStream} */
  let stream;
  try {
    stream = await openCamera();
  } catch (error) {
    const { state, message, advice } = /** @type {CameraProblem} */ (error);
    setCamera(state);
    say(`${message}. ${advice}`);
    return;
  }
  const video = document.createElement("video");
  Object.assign(video, { autoplay: true, muted: true, playsInline: true, srcObject: stream });
  video.setAttribute("aria-label", "Your own camera");
  webcam = new Card("Webcam, once a second", video, () => {
    webcam = null;
    closeCamera(stream);
    setCamera("off");
  });
  stream.getVideoTracks()[0].addEventListener("ended", () => {
    webcam?.remove();
    say(`The camera was switched off or unplugged. ${MISSING.advice}`);
  });
  setCamera("on");
  void watch(video);
}

element("webcam").addEventListener("click", () => (webcam ? webcam.remove() : startWebcam()));

flags.answered = "0";
setCamera("off");
flags.ready = "true";
