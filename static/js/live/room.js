// @ts-check
/** What the room's camera counts, among the figures of the live page. */

import { percent } from "../site/charts.js";

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);
/** @type {Record<string, string>} */
const CAMERAS = {
  off: "off",
  paused: "paused",
  refused: "refused by its browser",
  missing: "missing",
  busy: "in use elsewhere",
};

/** @param {{camera: string, faces: number | null, facing: number | null} | null} room */
export function showRoom(room) {
  element("room").hidden = room === null;
  if (room === null) return;
  const { camera, faces, facing } = room;
  element("room-faces").textContent =
    faces === null ? "–" : `${faces} ${faces === 1 ? "face" : "faces"}`;
  element("room-note").textContent = note(camera, faces, facing);
}

/** @param {string} camera @param {number | null} faces @param {number | null} facing */
function note(camera, faces, facing) {
  if (camera !== "on") return `Its camera is ${CAMERAS[camera] ?? "off"}`;
  if (faces === null) return "Nothing seen yet";
  return facing === null ? "In its latest picture" : `${percent(facing)} face it, last 10 s`;
}
