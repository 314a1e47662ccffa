// @ts-check
/** The live page of a class: one socket in, three charts and a card for each student out. */

import { clock, config as plain, decimal, filled, layout, legend, onThemeChange, percent } from "../site/charts.js";
import { capital } from "../site/words.js";
import { showAlerts } from "./alerts.js";
import { ClassSeries } from "./class_series.js";
import { DashboardSocket } from "./dashboard_socket.js";
import { showAsks, showTrouble } from "./door.js";
import { Levels } from "./levels.js";
import { markerLines, takeMarkers } from "./markers.js";
import { showRoom } from "./room.js";
import { showVoice } from "./voice.js";
import { control } from "./student_controls.js";
import { Students } from "./students.js";

const DRAW_EVERY_MS = 1000;
const SAY_EVERY_MS = 30_000;
const SHORTEST_AXIS_S = 120;
/** @type {{ socket: string, emotions: string[], colours: Record<string, string> }} */
const page = JSON.parse(find("config").textContent ?? "{}");
const root = document.documentElement;
const withEmotion = document.getElementById("mix-chart") !== null;
const series = new ClassSeries(page.emotions);
const levels = withEmotion ? new Levels(find("levels")) : null;
const places = { tiles: find("students"), rows: find("student-rows"), noneFound: find("none-found") };
const students = new Students(places, page.colours, withEmotion, page.socket);

const now = {
  state: "planned",
  second: 0,
  receivedAt: performance.now(),
  connected: 0,
  faces: 0,
  /** @type {Record<string, number>} */
  levels: {},
  turned: 0,
  /** @type {number | null} */
  engagement: null,
  /** @type {number | null} */
  coverage: null,
  /** @type {Record<string, number>} */
  emotions: {},
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
  Object.assign(now, {
    connected: tick.connected,
    faces: tick.faces,
    levels: tick.levels,
    turned: tick.turned,
    engagement: tick.engagement,
    coverage: tick.coverage,
    emotions: tick.emotions,
  });
  series.add(tick.buckets);
  students.update(tick.participants, tick.now);
  levels?.update(tick.participants, tick.removed);
  levels?.show(tick.coverage);
  for (const id of tick.removed) students.remove(id);
  showAsks(tick.asks);
  showRoom(tick.room);
  takeMarkers(tick.markers);
  showAlerts(tick.alerts, (id) => students.nameOf(id));
  showVoice(tick.voice, tick.connected, (id) => students.nameOf(id));
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
  showFigures();
  if (!hasNews || document.hidden) return;
  hasNews = false;
  find("nobody").hidden = students.size > 0;
  find("charts").hidden = students.size === 0;
  if (students.size === 0) return;
  drawClass();
  if (withEmotion) {
    drawNow();
    drawMix();
  }
  say();
}

function showFigures() {
  const isLive = now.state === "live" && !isStale;
  const seconds = now.second + (isLive ? (performance.now() - now.receivedAt) / 1000 : 0);
  find("connected").textContent = String(now.connected);
  find("faces").textContent = `${now.faces} of ${now.connected}`;
  find("elapsed").textContent = clock(seconds);
  find("coverage").textContent = percent(now.coverage);
  if (!withEmotion) return;
  const { very = 0, engaged = 0 } = now.levels;
  const known = Object.values(now.levels).reduce((sum, count) => sum + count, 0);
  find("engaged").textContent = known ? `${very + engaged} of ${known}` : "–";
  find("engaged-note").textContent = known
    ? `${very} very, ${now.turned} turned away; mean ${decimal(now.engagement)}`
    : "Nothing known yet";
}

/** For readers of the page by ear: one sentence now and then, not every second. */
function say() {
  if (performance.now() - saidAt < SAY_EVERY_MS) return;
  saidAt = performance.now();
  const parts = [`${now.connected} connected`, `${now.faces} with a face in view`];
  const strongest = Object.entries(now.emotions).sort((one, other) => other[1] - one[1])[0];
  if (withEmotion && now.engagement !== null) {
    parts.push(`${find("engaged").textContent} engaged`, `${now.turned} turned away`);
  }
  if (withEmotion && strongest) parts.push(`mostly ${strongest[0]}`);
  find("summary").textContent = `${parts.join(", ")}.`;
}

/**
 * @param {string} name
 * @param {string} title
 * @param {Record<string, any>} more
 */
function trace(name, title, more) {
  return {
    x: series.minutes,
    y: series.lines[name],
    name: title,
    mode: "lines",
    hovertemplate: `%{y:.0%}<extra>${title}</extra>`,
    ...more,
  };
}

const shareAxis = { range: [0, 1.01], dtick: 0.25 };
const percentAxis = { ...shareAxis, tickformat: ".0%" };

function timeAxis() {
  const nticks = document.body.clientWidth < 600 ? 4 : 8;
  const range = [0, Math.max(SHORTEST_AXIS_S, now.second) / 60];
  return { range, ticksuffix: " min", nticks, tickangle: 0, hoverformat: ".1f" };
}

function drawClass() {
  const coverage = trace("coverage", "Coverage", {
    line: { color: page.colours.coverage, width: withEmotion ? 1 : 2 },
  });
  /** @type {object[]} */
  const traces = filled(coverage, `${page.colours.coverage}2e`);
  if (withEmotion) {
    traces.push(
      trace("engagement", "Engagement", {
        line: { color: page.colours.engagement, width: 3 },
        hovertemplate: "%{y:.2f}<extra>Engagement</extra>",
      }),
      trace("facing", "Facing the screen", {
        line: { color: page.colours.facing, width: 1.5, dash: "dash" },
      }),
    );
  }
  const yaxis = withEmotion ? shareAxis : percentAxis;
  plot("class-chart", traces, { xaxis: timeAxis(), yaxis, hovermode: "x unified", ...markerLines() });
}

function drawMix() {
  const traces = page.emotions.map((emotion) =>
    trace(emotion, capital(emotion), {
      // Bars without gaps look like areas, which would run on over stretches without data.
      type: "bar",
      width: series.width / 60,
      marker: { color: page.colours[emotion], line: { width: 0 } },
    }),
  );
  plot("mix-chart", traces, {
    barmode: "stack",
    bargap: 0,
    xaxis: timeAxis(),
    yaxis: percentAxis,
    hovermode: "x unified",
    legend: { ...legend, traceorder: "normal" },
    ...markerLines(),
  });
}

function drawNow() {
  const isKnown = Object.keys(now.emotions).length > 0;
  find("now-unknown").hidden = isKnown;
  find("now-chart").hidden = !isKnown;
  if (!isKnown) return;
  const shares = page.emotions.map((emotion) => (now.emotions[emotion] ?? 0) * 100);
  const bar = {
    type: "bar",
    orientation: "h",
    x: shares,
    y: page.emotions.map(capital),
    marker: { color: page.emotions.map((emotion) => page.colours[emotion]) },
    text: shares.map((share) => `${Math.round(share)} %`),
    textposition: "outside",
    cliponaxis: false,
    hoverinfo: "skip",
  };
  plot("now-chart", [bar], {
    xaxis: { range: [0, 115], visible: false },
    yaxis: { autorange: "reversed", showgrid: false },
    showlegend: false,
  });
}

/**
 * @param {string} id
 * @param {object[]} traces
 * @param {Record<string, any>} more
 */
function plot(id, traces, more) {
  window.Plotly.react(find(id), traces, layout(more), plain);
}

control(students, find);

function redraw() {
  hasNews = true;
  draw();
}
onThemeChange(redraw);
document.addEventListener("visibilitychange", redraw);
setInterval(draw, DRAW_EVERY_MS);
