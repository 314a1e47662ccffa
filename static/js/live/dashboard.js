// @ts-check
/** The live page of a class: one socket in; the levels, who needs the teacher, everybody and the lesson out. */

import { clock, onThemeChange } from "../site/charts.js";
import { toast } from "../site/toasts.js";
import { capital } from "../site/words.js";
import { showAlerts } from "./alerts.js";
import { ClassSeries } from "./class_series.js";
import { DashboardSocket } from "./dashboard_socket.js";
import { showAsks, showTrouble } from "./door.js";
import { LessonChart } from "./lesson_chart.js";
import { Levels } from "./levels.js";
import { showLooks } from "./looks_now.js";
import { takeMarkers } from "./markers.js";
import { Needs } from "./needs.js";
import { showRoom } from "./room.js";
import { lower, showVoice } from "./voice.js";
import { control } from "./student_controls.js";
import { StudentDrawer } from "./student_drawer.js";
import { Students } from "./students.js";

const DRAW_EVERY_MS = 1000;
const SAY_EVERY_MS = 30_000;
/** @type {{ socket: string, emotions: string[], planned_s: number }} */
const page = JSON.parse(find("config").textContent ?? "{}");
const root = document.documentElement;
const withEmotion = document.getElementById("levels") !== null;
const series = new ClassSeries(page.emotions);
const levels = withEmotion ? new Levels(find("levels")) : null;
const drawer = new StudentDrawer(/** @type {HTMLDialogElement} */ (find("drawer")), withEmotion);
const places = { tiles: find("students"), rows: find("student-rows"), noneFound: find("none-found") };
const students = new Students(places, withEmotion, page.socket, (id) => drawer.open(id));
drawer.students = students;
const needs = new Needs(find("needs"), { open: (id) => drawer.open(id), lower });
const chart = new LessonChart(find("lesson-chart"), withEmotion ? page.emotions : []);

const now = {
  state: "planned",
  second: 0,
  receivedAt: performance.now(),
  connected: 0,
  faces: 0,
  /** @type {number[]} */
  hands: [],
  /** @type {number | null} */
  coverage: null,
};
let isStale = false;
let updatedAt = new Date();
let hasNews = false;
let saidAt = -SAY_EVERY_MS;

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function find(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element #${id}.`);
  return element;
}

// The connection ----------------------------------------------------------------------------

const socket = new DashboardSocket(page.socket, receive, showLink);

/** @param {import("./dashboard_socket.js").Link} link */
function showLink({ state, silent_s, wait_s, final }) {
  root.dataset.socket = state;
  if (state === "open") {
    if (isStale) tell("");
    setStale(false);
    return;
  }
  setStale(true);
  const updated = `Last updated at ${updatedAt.toLocaleTimeString()}, ${Math.floor(silent_s)} s ago.`;
  const next = wait_s === undefined ? "" : ` Trying again in ${Math.max(0, Math.ceil(wait_s))} s.`;
  tell(final ?? `No news from the server: what you see is not up to date. ${updated}${next}`);
}

/** @param {boolean} stale whether the figures shown are old */
function setStale(stale) {
  if (stale === isStale) return;
  isStale = stale;
  root.classList.toggle("is-stale", stale);
  showClock();
}

/** @param {Record<string, any>} message */
function receive(message) {
  if (message.type === "snapshot") takeSnapshot(message);
  else if (message.type === "tick") takeTick(message);
  else if (message.type === "session") setState(message.state);
}

/** @param {Record<string, any>} snapshot */
function takeSnapshot(snapshot) {
  setClock(snapshot.now);
  setState(snapshot.session.state);
  series.load(snapshot.series);
  students.load(snapshot.participants, snapshot.now);
  levels?.load(snapshot.participants);
  root.dataset.ready = "true";
  showAsks([]);
  showTrouble([]);
  hasNews = true;
  draw();
}

/** @param {Record<string, any>} tick */
function takeTick(tick) {
  setClock(tick.now);
  setState(tick.state);
  Object.assign(now, { connected: tick.connected, faces: tick.faces, coverage: tick.coverage, hands: tick.voice.hands });
  series.add(tick.buckets);
  students.update(tick.participants, tick.now);
  levels?.update(tick.participants, tick.removed);
  for (const id of tick.removed) students.remove(id);
  showAsks(tick.asks);
  showRoom(tick.room);
  takeMarkers(tick.markers);
  showAlerts(tick.alerts, (id) => students.nameOf(id));
  showVoice(tick.voice, tick.connected);
  showTrouble(tick.trouble);
  hasNews = true;
}

/** @param {number} second */
function setClock(second) {
  now.second = second;
  now.receivedAt = performance.now();
  updatedAt = new Date();
}

/** @param {string} state */
function setState(state) {
  if (state === now.state && root.dataset.ready) return;
  now.state = state;
  const badge = find("state");
  badge.textContent = capital(state);
  badge.classList.toggle("live", state === "live");
  find("start").hidden = state !== "planned";
  for (const id of ["end", "marker-bar", "voice"]) find(id).hidden = state !== "live";
  find("report").hidden = state !== "ended";
  if (state !== "ended") return;
  socket.end();
  setStale(false);
  tell("The session has ended. Its report is ready.");
}

// What is shown ---------------------------------------------------------------------------

/** @param {string} text shown above the figures; empty hides it */
function tell(text) {
  const notice = find("connection");
  notice.textContent = text;
  notice.hidden = !text;
}

function draw() {
  showClock();
  if (!hasNews || document.hidden) return;
  hasNews = false;
  find("nobody").hidden = students.size > 0;
  find("class").hidden = students.size === 0;
  if (students.size === 0) return;
  showFigures();
  chart.draw(series, now.second);
  say();
}

function showClock() {
  const isLive = now.state === "live" && !isStale;
  const seconds = now.second + (isLive ? (performance.now() - now.receivedAt) / 1000 : 0);
  find("elapsed").textContent = clock(seconds);
  find("elapsed-bar").style.width = `${Math.min(100, (seconds / page.planned_s) * 100)}%`;
}

function showFigures() {
  levels?.show(now.coverage, now.faces, now.connected);
  if (!levels) {
    find("faces").textContent = String(now.faces);
    find("faces-of").textContent = ` of ${now.connected} in front of the camera`;
  }
  const all = students.all;
  find("student-count").textContent = String(all.length);
  if (withEmotion) showLooks(find("looks-now"), all);
  const hands = now.hands.map((id) => ({ id, name: students.nameOf(id), need: /** @type {const} */ ("hand"), since: null }));
  needs.show([...hands, ...students.inNeed], now.second);
  if (drawer.root.open) drawer.show();
}

/** For readers of the page by ear: one sentence now and then, not every second. */
function say() {
  if (performance.now() - saidAt < SAY_EVERY_MS) return;
  saidAt = performance.now();
  const parts = [`${now.connected} connected`, `${now.faces} with a face in view`];
  const count = document.querySelector(".levels-count")?.textContent ?? "";
  if (withEmotion) parts.unshift(count.trim());
  find("summary").textContent = `${parts.join(", ")}.`;
}

control(students, find);

const copy = find("copy-code");
copy.addEventListener("click", async () => {
  const link = copy.dataset.link ?? "";
  // A page without HTTPS may not write there, and a user may refuse it.
  const done = await navigator.clipboard?.writeText(link).then(() => true, () => false);
  toast(done ? "The join link is copied." : `Copy the join link by hand: ${link}`);
});

function redraw() {
  hasNews = true;
  draw();
}
onThemeChange(redraw);
document.addEventListener("visibilitychange", redraw);
setInterval(draw, DRAW_EVERY_MS);
