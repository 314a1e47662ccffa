// @ts-check
/** The second display: the class at one glance, without names. Flag for tests: data-ready. */

import { clock } from "../site/charts.js";
import { DashboardSocket } from "./dashboard_socket.js";
import { Levels } from "./levels.js";

/** @param {string} id @returns {any} an element that the template has for certain */
const element = (id) => document.getElementById(id);
const page = JSON.parse(element("config").textContent);
const levels = element("levels") ? new Levels(element("levels")) : null;
const root = document.documentElement;

/** @param {Record<string, any>} message */
function hear(message) {
  if (message.type === "snapshot") {
    levels?.load(message.participants);
    showState(message.session.state, message.now);
    root.dataset.ready = "true";
  } else if (message.type === "tick") {
    levels?.update(message.participants, message.removed);
    levels?.show(message.coverage, message.faces, message.connected);
    element("connected").textContent = String(message.connected);
    showState(message.state, message.now);
    showQuestion(message.voice.check_in);
  } else if (message.type === "session") {
    showState(message.state, 0);
  }
}

/** @param {string} state @param {number} now seconds of the session */
function showState(state, now) {
  element("clock").textContent =
    state === "live" ? clock(now) : state === "ended" ? "The session has ended" : "Not started yet";
}

/** @param {{question: string, counts: number[]} | null} asked */
function showQuestion(asked) {
  element("question").hidden = asked === null;
  if (asked === null) return;
  const answers = asked.counts.reduce((sum, count) => sum + count, 0);
  element("question-text").textContent = asked.question;
  element("question-note").textContent = `${answers} answered`;
}

/** @param {import("./dashboard_socket.js").Link} link */
function showLink({ state, final }) {
  element("link").hidden = state === "open";
  element("link").textContent = final ?? "No news from the server: what you see is not up to date.";
}

new DashboardSocket(page.socket, hear, showLink);
