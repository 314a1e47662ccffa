// @ts-check
/**
 * Takes pictures and sends them, at the interval of the class. All of it runs in this worker,
 * because a browser slows down the timers of a page whose tab is hidden, but not a worker's.
 *
 * From the page: {type: "connect", url, widest?}, {type: "again"}, {type: "camera", state},
 * {type: "source", kind: "track" | "page" | "none", readable?}, {type: "picture", bitmap | null}.
 * To the page: all that ClassSocket tells, {type: "grab"} for a picture of the page's video,
 * {type: "pictures", ok} when several in a row could not be taken, and when one can again,
 * {type: "light", mean} of each picture, 0 to 255, and {type: "network", isSlow} when it changes.
 */

import { lightOf } from "./light.js";
import { PictureSize } from "./picture_size.js";
import { ClassSocket } from "./socket.js";

/** Of a student's picture: one face fills a good part of it. */
const WIDTH_PX = 320;
const PAUSE_MS = 1000;
/** So many in a row are told to the student. */
const TOLD_AFTER = 3;
const QUALITIES = [0.7, 0.5, 0.3];

/** @typedef {{next: () => Promise<VideoFrame | ImageBitmap | null>, stop: () => void}} Source */

/** @type {ClassSocket | null} */
let socket = null;
/** @type {Source | null} */
let source = null;
/** @type {(bitmap: ImageBitmap | null) => void} */
let receivePicture = () => {};
let live = false;
let intervalMs = 1000;
/** Longer than the interval while the server is under load. */
let paceMs = 0;
/** When the next picture may be taken, of performance.now(). */
let dueAt = 0;
/** Pictures in a row that could not be taken or encoded. */
let failures = 0;
let size = new PictureSize(WIDTH_PX);
/** What the server takes of one picture. */
let limits = { frame_bytes: Infinity, frame_pixels: Infinity };
let wake = () => {};

/**
 * Frames straight from the camera's track.
 *
 * @param {ReadableStream<VideoFrame>} readable
 * @returns {Source}
 */
function trackSource(readable) {
  const reader = readable.getReader();
  return {
    next: async () => (await reader.read()).value ?? null,
    stop: () => void reader.cancel(),
  };
}

/**
 * Pictures of the page's video element, for browsers that cannot hand the track over.
 *
 * @returns {Source}
 */
function pageSource() {
  return {
    next: () =>
      new Promise((resolve) => {
        receivePicture = resolve;
        postMessage({ type: "grab" });
      }),
    stop: () => receivePicture(null),
  };
}

/** Pixels, rounded down: above the server's limit nothing is taken. */
const whole = (/** @type {number} */ pixels) => Math.floor(pixels + 1e-6);

/**
 * @param {VideoFrame | ImageBitmap} image closed when done
 * @returns {Promise<ArrayBuffer>} a JPEG at most `size.width` wide, and within the server's limits
 */
async function encode(image) {
  const width = "displayWidth" in image ? image.displayWidth : image.width;
  const height = "displayHeight" in image ? image.displayHeight : image.height;
  const scale = Math.min(1, size.width / width, Math.sqrt(limits.frame_pixels / (width * height)));
  const canvas = new OffscreenCanvas(whole(width * scale), whole(height * scale));
  try {
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  } finally {
    image.close();
  }
  postMessage({ type: "light", mean: lightOf(canvas) });
  let blob = new Blob();
  for (const quality of QUALITIES) {
    blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (blob.size <= limits.frame_bytes) break;
  }
  return blob.arrayBuffer();
}

const isReady = () => live && source !== null && socket !== null && socket.open;

/** Until the next picture may be due, or something has changed. */
function rest() {
  return new Promise((resolve) => {
    wake = () => resolve(undefined);
    if (isReady()) setTimeout(resolve, Math.max(1, dueAt - performance.now()));
  });
}

/** One picture after the other, each sent only after the answer to the one before it. */
async function run() {
  for (;;) {
    while (!isReady() || performance.now() < dueAt) await rest();
    dueAt = performance.now() + Math.max(intervalMs, paceMs);
    try {
      await takeOne();
    } catch (error) {
      dueAt = performance.now() + PAUSE_MS;
      noteFailure(error);
    }
  }
}

async function takeOne() {
  const image = await source?.next();
  if (!image) {
    // The source has just changed, or gives nothing at present.
    if (source) throw new Error("The camera gave no picture.");
    return;
  }
  const jpeg = await encode(image);
  if (failures >= TOLD_AFTER) postMessage({ type: "pictures", ok: true });
  failures = 0;
  const sentAt = performance.now();
  await socket?.sendFrame(jpeg);
  // Where the server has more to do than it can, smaller pictures would not help.
  if (paceMs <= intervalMs && size.answered(performance.now() - sentAt)) {
    postMessage({ type: "network", isSlow: size.isReduced });
  }
}

/** One picture that fails is no reason to stop; several are one to say so. */
function noteFailure(/** @type {unknown} */ error) {
  failures += 1;
  if (failures === 1) console.warn("A picture could not be taken; the next one is tried.", error);
  if (failures === TOLD_AFTER) postMessage({ type: "pictures", ok: false });
}

/** @param {Record<string, any>} message */
function hear(message) {
  if (message.type === "hello") {
    intervalMs = message.session.interval_s * 1000;
    paceMs = 0;
    live = message.session.state === "live";
    limits = message.limits;
  } else if (message.type === "pace") {
    paceMs = message.interval_s * 1000;
    dueAt = performance.now() + message.wait_s * 1000;
  } else if (message.type === "session") {
    live = message.state === "live";
  }
  wake();
  postMessage(message);
}

/**
 * @param {"track" | "page" | "none"} kind
 * @param {ReadableStream<VideoFrame>} readable of the kind "track"
 */
function changeSource(kind, readable) {
  source?.stop();
  source = kind === "track" ? trackSource(readable) : kind === "page" ? pageSource() : null;
  wake();
}

addEventListener("message", ({ data }) => {
  if (data.type === "connect") {
    size = new PictureSize(data.widest ?? WIDTH_PX);
    socket = new ClassSocket(data.url, hear);
    socket.connect();
  } else if (data.type === "again") {
    socket?.connect();
  } else if (data.type === "camera") {
    socket?.setCamera(data.state);
  } else if (data.type === "source") {
    changeSource(data.kind, data.readable);
  } else if (data.type === "picture") {
    receivePicture(data.bitmap);
  }
});

void run();
