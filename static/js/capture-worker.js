// @ts-check
/**
 * Takes pictures and sends them, at the interval of the class. All of it runs in this worker,
 * because a browser slows down the timers of a page whose tab is hidden, but not a worker's.
 *
 * From the page: {type: "connect", url}, {type: "again"}, {type: "camera", state},
 * {type: "source", kind: "track" | "page" | "none", readable?}, {type: "picture", bitmap | null}.
 * To the page: all that ClassSocket tells, and {type: "grab"} for a picture of the page's video.
 */

import { ClassSocket } from "./socket.js";

const WIDTH_PX = 320;
const JPEG = { type: "image/jpeg", quality: 0.7 };

/** @typedef {{next: () => Promise<VideoFrame | ImageBitmap | null>, stop: () => void}} Source */

/** @type {ClassSocket | null} */
let socket = null;
/** @type {Source | null} */
let source = null;
/** @type {(bitmap: ImageBitmap | null) => void} */
let receivePicture = () => {};
let live = false;
let intervalMs = 1000;
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

/**
 * @param {VideoFrame | ImageBitmap} image closed when done
 * @returns {Promise<ArrayBuffer>} a JPEG at most WIDTH_PX wide
 */
async function encode(image) {
  const width = "displayWidth" in image ? image.displayWidth : image.width;
  const height = "displayHeight" in image ? image.displayHeight : image.height;
  const scale = Math.min(1, WIDTH_PX / width);
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return (await canvas.convertToBlob(JPEG)).arrayBuffer();
}

const isReady = () => live && source !== null && socket !== null && socket.open;

/** One picture after the other, each sent only after the answer to the one before it. */
async function run() {
  let dueAt = 0;
  for (;;) {
    while (!isReady()) await new Promise((resolve) => (wake = () => resolve(undefined)));
    await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()));
    if (!isReady()) continue;
    dueAt = performance.now() + intervalMs;
    const image = await source?.next();
    if (image) await socket?.sendFrame(await encode(image));
  }
}

/** @param {Record<string, any>} message */
function hear(message) {
  if (message.type === "hello") {
    intervalMs = message.session.interval_s * 1000;
    live = message.session.state === "live";
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
