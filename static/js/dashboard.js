// @ts-check
/** The live page of a class: one socket in, three charts and a card for each student out. */

import { capital, clock, config as plain, decimal, layout, legend, onThemeChange } from "./charts.js";
import { ClassSeries } from "./class_series.js";
import { StudentCards } from "./student_cards.js";

const DRAW_EVERY_MS = 1000;
const SAY_EVERY_MS = 30_000;
const LONGEST_WAIT_S = 15;
const SHORTEST_AXIS_S = 120;
/** Close codes after which trying again cannot help. @type {Record<number, string>} */
const FINAL = {
  4003: "You are signed out, or this session is not yours. Sign in and open it again.",
  4004: "This session is not there any more.",
};

/** @type {{ socket: string, emotions: string[], colours: Record<string, string> }} */
const page = JSON.parse(find("config").textContent ?? "{}");
const root = document.documentElement;
const withEmotion = document.getElementById("mix-chart") !== null;
const series = new ClassSeries(page.emotions);
const cards = new StudentCards(find("students"), page.colours, withEmotion);

const now = {
  state: "planned",
  second: 0,
  receivedAt: performance.now(),
  connected: 0,
  faces: 0,
  /** @type {number | null} */
  engagement: null,
  /** @type {Record<string, number>} */
  emotions: {},
};
let attempts = 0;
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

// The socket ------------------------------------------------------------------------------

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}${page.socket}`);
  socket.addEventListener("message", (event) => receive(JSON.parse(event.data)));
  socket.addEventListener("close", (event) => {
    root.dataset.socket = "closed";
    if (now.state === "ended") return;
    if (event.code in FINAL) {
      tell(FINAL[event.code]);
      return;
    }
    tell("The connection is lost; what you see is not up to date. Trying again…");
    const wait = Math.min(LONGEST_WAIT_S, 2 ** attempts) * (0.5 + Math.random() / 2);
    attempts += 1;
    setTimeout(connect, wait * 1000);
  });
}

/** @param {Record<string, any>} message */
function receive(message) {
  if (message.type === "snapshot") takeSnapshot(message);
  else if (message.type === "tick") takeTick(message);
  else if (message.type === "session") setState(message.state);
}

/** @param {Record<string, any>} snapshot */
function takeSnapshot(snapshot) {
  attempts = 0;
  root.dataset.socket = "open";
  tell("");
  setClock(snapshot.now);
  setState(snapshot.session.state);
  series.load(snapshot.series, snapshot.now);
  cards.load(snapshot.participants, snapshot.now);
  const here = snapshot.participants.filter((/** @type {any} */ one) => one.status === "here");
  const known = here.filter((/** @type {any} */ one) => one.engagement !== null);
  now.connected = snapshot.participants.filter(
    (/** @type {any} */ one) => one.status !== "offline",
  ).length;
  now.faces = here.length;
  now.engagement = known.length
    ? known.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.engagement, 0) / known.length
    : null;
  now.emotions = here.length ? series.last() : {};
  hasNews = true;
  draw();
  root.dataset.ready = "true";
}

/** @param {Record<string, any>} tick */
function takeTick(tick) {
  setClock(tick.now);
  setState(tick.state);
  Object.assign(now, {
    connected: tick.connected,
    faces: tick.faces,
    engagement: tick.engagement,
    emotions: tick.emotions ?? {},
  });
  if (tick.state === "live") series.add(/** @type {any} */ (tick));
  cards.update(tick.participants, tick.now);
  for (const id of tick.removed) cards.remove(id);
  hasNews = true;
}

/** @param {number} second */
function setClock(second) {
  now.second = second;
  now.receivedAt = performance.now();
}

/** @param {string} state */
function setState(state) {
  if (state === now.state && root.dataset.ready) return;
  now.state = state;
  const badge = find("state");
  badge.textContent = capital(state);
  badge.classList.toggle("live", state === "live");
  find("start").hidden = state !== "planned";
  find("end").hidden = state !== "live";
  find("report").hidden = state !== "ended";
  if (state === "ended") tell("The session has ended. Its report is ready.");
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
  find("nobody").hidden = cards.cards.size > 0;
  drawClass();
  if (withEmotion) {
    drawNow();
    drawMix();
  }
  say();
}

function showFigures() {
  const isLive = now.state === "live" && root.dataset.socket === "open";
  const seconds = now.second + (isLive ? (performance.now() - now.receivedAt) / 1000 : 0);
  find("connected").textContent = String(now.connected);
  find("faces").textContent = `${now.faces} of ${now.connected}`;
  find("elapsed").textContent = clock(seconds);
  if (withEmotion) find("engagement").textContent = decimal(now.engagement);
}

/** For readers of the page by ear: one sentence now and then, not every second. */
function say() {
  if (performance.now() - saidAt < SAY_EVERY_MS) return;
  saidAt = performance.now();
  const parts = [`${now.connected} connected`, `${now.faces} with a face in view`];
  const strongest = Object.entries(now.emotions).sort((one, other) => other[1] - one[1])[0];
  if (withEmotion && now.engagement !== null) parts.push(`engagement ${decimal(now.engagement)}`);
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
  const traces = [
    trace("coverage", "Coverage", {
      line: { color: page.colours.coverage, width: withEmotion ? 1 : 2 },
      fill: "tozeroy",
      fillcolor: `${page.colours.coverage}2e`,
    }),
  ];
  if (withEmotion) {
    traces.push(
      trace("engagement", "Engagement", {
        line: { color: page.colours.engagement, width: 3 },
        hovertemplate: "%{y:.2f}<extra>Engagement</extra>",
      }),
    );
  }
  const yaxis = withEmotion ? shareAxis : percentAxis;
  plot("class-chart", traces, { xaxis: timeAxis(), yaxis, hovermode: "x unified" });
}

function drawMix() {
  const traces = page.emotions.map((emotion) =>
    trace(emotion, capital(emotion), {
      stackgroup: "mix",
      line: { width: 0.5, color: page.colours[emotion] },
      fillcolor: page.colours[emotion],
    }),
  );
  plot("mix-chart", traces, {
    xaxis: timeAxis(),
    yaxis: percentAxis,
    hovermode: "x unified",
    legend: { ...legend, traceorder: "normal" },
  });
}

function drawNow() {
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
  // @ts-expect-error Plotly's own file sets it on the window.
  window.Plotly.react(find(id), traces, layout(more), plain);
}

const sorter = /** @type {HTMLSelectElement} */ (find("sort"));
sorter.addEventListener("change", () => {
  cards.order = sorter.value;
  cards.sort();
});

function redraw() {
  hasNews = true;
  draw();
}
onThemeChange(redraw);
document.addEventListener("visibilitychange", redraw);
setInterval(draw, DRAW_EVERY_MS);
connect();
