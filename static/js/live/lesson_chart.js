// @ts-check
/** The lesson so far: engagement, coverage and emotions on one axis of time, with one crosshair. */

import { clockFormat, config, cssColour, filled, layout, legend, timeOf } from "../site/charts.js";
import { capital } from "../site/words.js";
import { loadPlotly, onceInView } from "../site/plotly.js";
import { markerLines } from "./markers.js";

const SHORTEST_AXIS_S = 120;
const SHARE = { range: [0, 1.02], dtick: 0.5, tickformat: ".0%" };

export class LessonChart {
  /**
   * @param {HTMLElement} place with the address of plotly
   * @param {string[]} emotions none where no emotion is estimated
   */
  constructor(place, emotions) {
    this.place = place;
    this.emotions = emotions;
    this.isReady = false;
    onceInView(place, async () => {
      await loadPlotly(place.dataset.plotly ?? "");
      this.isReady = true;
      this.redraw();
    });
    /** @type {() => void} */
    this.redraw = () => undefined;
  }

  /**
   * @param {import("./class_series.js").ClassSeries} series
   * @param {number} now second of the session
   */
  draw(series, now) {
    this.redraw = () => {
      if (this.isReady) window.Plotly.react(this.place, this.#traces(series), this.#layout(now), config);
    };
    this.redraw();
  }

  /** @param {import("./class_series.js").ClassSeries} series */
  #traces(series) {
    const x = series.minutes.map((minute) => timeOf(minute * 60));
    const trace = (/** @type {string} */ key, /** @type {string} */ name, /** @type {Record<string, any>} */ more) => ({
      x, y: series.lines[key], name, mode: "lines", hovertemplate: `%{y:.0%}<extra>${name}</extra>`, ...more,
    });
    const grey = cssColour("--text-3");
    const coverage = trace("coverage", "Coverage", { yaxis: "y2", line: { color: grey, width: 1 } });
    const traces = filled(coverage, `${grey}40`);
    if (!this.emotions.length) return traces;
    traces.push(
      trace("engagement", "Engagement", {
        line: { color: cssColour("--level-very"), width: 2.5 },
        hovertemplate: "%{y:.2f}<extra>Engagement</extra>",
      }),
      trace("facing", "Facing the screen", { line: { color: cssColour("--turned"), width: 1.5, dash: "dot" } }),
    );
    const width = series.width * 1000;
    for (const emotion of this.emotions) {
      const marker = { color: cssColour(`--emo-${emotion}`), line: { width: 0 } };
      // Bars without gaps look like areas, which would run on over stretches without data.
      traces.push(trace(emotion, capital(emotion), { type: "bar", yaxis: "y3", width, marker }));
    }
    return traces;
  }

  /** @param {number} now */
  #layout(now) {
    const end = Math.max(SHORTEST_AXIS_S, now);
    const isNarrow = this.place.clientWidth < 600;
    const withEmotion = this.emotions.length > 0;
    return layout({
      height: withEmotion ? (isNarrow ? 460 : 420) : 220,
      barmode: "stack",
      bargap: 0,
      hovermode: "x unified",
      hoversubplots: "axis",
      legend: { ...legend, traceorder: "normal" },
      xaxis: {
        type: "date",
        range: [timeOf(0), timeOf(end)],
        tickformat: clockFormat(end),
        hoverformat: clockFormat(end),
        nticks: isNarrow ? 4 : 9,
        tickangle: 0,
        anchor: withEmotion ? "y3" : "y2",
        showspikes: true,
        spikemode: "across",
        spikethickness: 1,
        spikedash: "solid",
        spikecolor: cssColour("--text-3"),
      },
      yaxis: withEmotion ? { range: [0, 1.02], dtick: 0.5, domain: [0.56, 1] } : { visible: false, domain: [0, 0.01] },
      yaxis2: { ...this.#axis(), range: [0, 1.02], dtick: 1, tickformat: ".0%", domain: withEmotion ? [0.41, 0.51] : [0, 1] },
      ...(withEmotion ? { yaxis3: { ...this.#axis(), ...SHARE, domain: [0, 0.35] } } : {}),
      ...markerLines(),
    });
  }

  #axis() {
    return { gridcolor: cssColour("--line"), linecolor: cssColour("--line"), zeroline: false, fixedrange: true, automargin: true };
  }
}
