// @ts-check
/**
 * The camera of a page that takes part in a class: the question for it, the pause, what to do
 * where it fails. Pictures are taken by capture-worker.js. Flag for tests: data-camera.
 */

import { Awake } from "./awake.js";
import { CameraProblem, MISSING, closeCamera, openCamera } from "../site/camera.js";

/** @typedef {import("../site/camera.js").CameraState} CameraState */
/** @typedef {{title: string, text: string, label: string}} Panel */

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);
const flags = document.documentElement.dataset;
const TURN_ON = "Turn on camera";

export class CameraSwitch {
  /**
   * @param {object} options
   * @param {Worker} options.worker
   * @param {{width: number, height: number}} options.size of the pictures wanted of the camera
   * @param {"user" | "environment"} [options.facing] which of a phone's two cameras
   * @param {string} options.paused what the page says while it is paused
   * @param {() => void} options.changed hears of every change
   * @param {(text: string) => void} options.say shows a note; an empty one takes it away
   */
  constructor({ worker, size, facing = "user", paused, changed, say }) {
    this.worker = worker;
    this.size = size;
    this.facing = facing;
    this.paused = paused;
    this.changed = changed;
    this.say = say;
    /** @type {MediaStream | null} */
    this.stream = null;
    this.video = /** @type {HTMLVideoElement} */ (element("preview"));
    this.awake = new Awake();
    flags.camera = "off";
    element("camera-start").addEventListener("click", () => this.turnOn());
    element("camera-pause").addEventListener("click", () => {
      this.turnOff("paused");
      this.showPanel({ title: "Paused", text: this.paused, label: "Resume" });
      element("camera-start").focus();
    });
  }

  get isOn() {
    return flags.camera === "on";
  }

  async turnOn() {
    this.showPanel({
      title: "Your browser asks for the camera",
      text: "Choose “Allow” in its question.",
      label: TURN_ON,
    });
    element("camera-start").disabled = true;
    try {
      this.stream = await openCamera(this.size, this.facing);
    } catch (error) {
      const problem = /** @type {CameraProblem} */ (error);
      this.#set(problem.state);
      this.#showProblem(problem.message, problem.advice);
      return;
    }
    this.video.srcObject = this.stream;
    element("camera-panel").hidden = true;
    element("stage").hidden = element("camera-pause").hidden = false;
    element("camera-pause").focus();
    this.#feed(this.stream.getVideoTracks()[0]);
    this.#set("on");
    this.awake.hold();
  }

  /** @param {CameraState} state why */
  turnOff(state) {
    this.worker.postMessage({ type: "source", kind: "none" });
    this.close();
    this.#set(state);
  }

  /** The page goes: its camera must not shine on. */
  close() {
    this.awake.release();
    closeCamera(this.stream);
    this.stream = this.video.srcObject = null;
  }

  /** @param {Panel} panel */
  showPanel({ title, text, label }, offerWithout = false) {
    element("camera-title").textContent = title;
    element("camera-text").textContent = text;
    element("camera-start").textContent = label;
    element("camera-start").disabled = false;
    const without = element("camera-without");
    if (without) without.hidden = !offerWithout;
    element("camera-panel").hidden = false;
    element("stage").hidden = element("camera-pause").hidden = true;
  }

  /** The page is connected again, after it was let go. */
  offer() {
    const text =
      "Turn it on when you are ready: your browser then asks you once more. Nothing is analysed before.";
    this.showPanel({ title: "Your camera is off", text, label: TURN_ON }, true);
  }

  /** The server has let this page go. */
  release() {
    this.turnOff("off");
    const text = "This page is not connected to the class, so nothing is analysed.";
    this.showPanel({ title: "Your camera is off", text, label: TURN_ON });
    element("camera-start").disabled = true;
  }

  /** The worker asks for a picture of the video, where it cannot have the track. */
  async grab() {
    const bitmap = await createImageBitmap(this.video).catch(() => null);
    this.worker.postMessage({ type: "picture", bitmap }, bitmap ? [bitmap] : []);
  }

  /** @param {CameraState} state */
  #set(state) {
    flags.camera = state;
    this.worker.postMessage({ type: "camera", state });
    this.changed();
  }

  /** A phone takes the camera away while its screen is locked; it is opened again after that. */
  #waitForScreen() {
    this.turnOff("busy");
    const text = "Your device took the camera while this page was away. It goes on when you are back.";
    this.showPanel({ title: "Your camera waits", text, label: TURN_ON });
    const back = () => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", back);
      // Whoever has decided otherwise meanwhile is left alone.
      if (flags.camera === "busy" && !this.stream) void this.turnOn();
    };
    document.addEventListener("visibilitychange", back);
  }

  /** @param {string} title @param {string} text */
  #showProblem(title, text) {
    this.showPanel({ title, text, label: "Try again" }, true);
  }

  /** Hand the camera's pictures to the worker, and notice when they cease. */
  #feed(/** @type {MediaStreamTrack} */ track) {
    track.addEventListener("ended", () => {
      if (document.hidden) {
        this.#waitForScreen();
        return;
      }
      this.turnOff("missing");
      this.#showProblem("The camera was switched off or unplugged", MISSING.advice);
    });
    track.addEventListener("mute", () => {
      this.#set("busy");
      this.say("The camera gives no picture at present. Is it covered, or used by another program?");
    });
    track.addEventListener("unmute", () => {
      this.#set("on");
      this.say("");
    });
    const Processor = /** @type {any} */ (window).MediaStreamTrackProcessor;
    if (!Processor) {
      this.worker.postMessage({ type: "source", kind: "page" });
      return;
    }
    const { readable } = new Processor({ track, maxBufferSize: 1 });
    this.worker.postMessage({ type: "source", kind: "track", readable }, [readable]);
  }
}
