// @ts-check
/** Opening the webcam, and what to tell the user where that fails. */

/** @typedef {"on"|"off"|"paused"|"refused"|"missing"|"busy"} CameraState */

export class CameraProblem extends Error {
  /**
   * @param {CameraState} state
   * @param {string} title
   * @param {string} advice what the user can do about it
   */
  constructor(state, title, advice) {
    super(title);
    this.state = state;
    this.advice = advice;
  }
}

const REFUSED = new CameraProblem(
  "refused",
  "The camera was refused",
  "Choose the camera sign or the lock beside the address, allow the camera for this page, then " +
    "try again. If that does not help, allow the browser to use the camera in the settings of " +
    "your device.",
);
export const MISSING = new CameraProblem(
  "missing",
  "No camera was found",
  "Plug one in or switch it on (some laptops have a key or a slider for it), then try again.",
);
const BUSY = new CameraProblem(
  "busy",
  "The camera is in use",
  "Another program or tab has it. Close video calls and other programs with a camera, then try " +
    "again.",
);
const INSECURE = new CameraProblem(
  "missing",
  "The camera needs a secure page",
  "Browsers open the camera only on pages whose address begins with https:// (or on localhost). " +
    "Ask for the https link of this site.",
);
const TOO_OLD = new CameraProblem(
  "missing",
  "This browser is too old",
  "It cannot take pictures in the background. Update it, or use a current Chrome, Edge, Firefox " +
    "or Safari.",
);

/** @type {Record<string, CameraProblem>} */
const PROBLEMS = {
  NotAllowedError: REFUSED,
  SecurityError: REFUSED,
  NotFoundError: MISSING,
  OverconstrainedError: MISSING,
  NotReadableError: BUSY,
  AbortError: BUSY,
};

/**
 * The webcam's stream, without sound; asks the user where the browser wants that.
 *
 * @param {{width: number, height: number}} size of the pictures wanted
 * @param {"user" | "environment"} facing which of a phone's two: towards whoever holds it, or away
 * @returns {Promise<MediaStream>}
 * @throws {CameraProblem}
 */
export async function openCamera(size = { width: 640, height: 480 }, facing = "user") {
  if (!navigator.mediaDevices) throw INSECURE;
  if (typeof OffscreenCanvas === "undefined") throw TOO_OLD;
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: {
        width: { ideal: size.width },
        height: { ideal: size.height },
        frameRate: { ideal: 15 },
        facingMode: { ideal: facing },
      },
    });
  } catch (error) {
    throw PROBLEMS[/** @type {DOMException} */ (error).name] ?? BUSY;
  }
}

/** @param {MediaStream | null} stream */
export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
