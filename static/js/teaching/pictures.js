// @ts-check
/** Pictures on their way to the server: scaled, encoded as JPEG, upright, posted and answered. */

const LONGER_SIDE_PX = 1280;
const JPEG_QUALITY = 0.85;
const MAX_TRIES = 60;

/**
 * @typedef {{emotion: string, engagement: number, probabilities: Record<string, number>}} Estimate
 * @typedef {{box: number[], score: number, estimates: Estimate[]}} Face box: x, y, width, height
 *   as fractions; an estimate of each model
 * @typedef {{models: {name: string, title: string}[], faces: Face[]}} Seen
 * @typedef {{address: string, token: string}} Server token: against forged requests
 */

/** What went wrong, in words for the teacher. */
export class Problem extends Error {
  /** @param {string} message @param {number} retryMs until the same picture may be sent again */
  constructor(message, retryMs = 0) {
    super(message);
    this.retryMs = retryMs;
  }
}

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {HTMLImageElement | HTMLVideoElement} source drawn upright, as the browser shows it
 * @param {number} width pixels
 * @param {number} height pixels
 * @returns {Promise<Blob>} a JPEG of at most LONGER_SIDE_PX
 */
export async function encode(source, width, height) {
  const scale = Math.min(1, LONGER_SIDE_PX / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "#fff"; // Behind what is transparent.
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  if (!blob) throw new Problem("This browser cannot read the picture. Scale it down and try again.");
  return blob;
}

/**
 * @param {Server} server
 * @param {Blob} jpeg
 * @returns {Promise<Seen>}
 * @throws {Problem}
 */
export async function post({ address, token }, jpeg) {
  const headers = { "Content-Type": "image/jpeg", "X-CSRFToken": token };
  const answer = await fetch(address, { method: "POST", headers, body: jpeg }).catch(() => {
    throw new Problem("The server cannot be reached. Check the connection and try again.");
  });
  if (answer.redirected || answer.status === 403) {
    throw new Problem("You are signed out. Reload the page, sign in and try again.");
  }
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  throw new Problem(
    content.message ?? `The server could not analyse the picture (${answer.status}). Try again later.`,
    Number(answer.headers.get("Retry-After")) * 1000,
  );
}

/**
 * Posts again for as long as the server asks to: while its model loads, above all.
 *
 * @param {Server} server
 * @param {Blob} jpeg
 * @param {(text: string) => void} tell why it takes longer
 * @returns {Promise<Seen>}
 * @throws {Problem}
 */
export async function postUntilAnswered(server, jpeg, tell) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await post(server, jpeg);
    } catch (error) {
      const { message, retryMs } = /** @type {Problem} */ (error);
      if (!retryMs || tried === MAX_TRIES) throw error;
      tell(`${message} This page tries again by itself.`);
      await sleep(retryMs);
    }
  }
}
