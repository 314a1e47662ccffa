// @ts-check
/** The class over time: the server's buckets, carried on by its ticks, in bounded memory. */

const MOST_BUCKETS = 1200;
/** Seconds: what was sampled just before a snapshot may not be stored yet. */
const UNSTORED_S = 3;

/**
 * @typedef {object} Series the snapshot's buckets; every list has one entry a bucket
 * @property {number} width_s
 * @property {number[]} t starts of the buckets in seconds of the session
 * @property {(number | null)[]} engagement
 * @property {number[]} samples
 * @property {number[]} usable
 * @property {Record<string, (number | null)[]>} emotions mean probabilities
 */

/**
 * @typedef {object} Tick
 * @property {number} now
 * @property {number} connected
 * @property {number} faces
 * @property {number | null} engagement
 * @property {Record<string, number>} emotions
 */

export class ClassSeries {
  /** @param {string[]} emotions */
  constructor(emotions) {
    this.width = 1;
    /** @type {number[]} */
    this.t = [];
    /** Lines by name, each with one value or null a bucket. @type {Record<string, (number | null)[]>} */
    this.lines = Object.fromEntries(
      ["engagement", "coverage", ...emotions].map((name) => [name, []]),
    );
    /** How many values the last bucket's means are made of, by line. @type {Record<string, number>} */
    this.counts = {};
    this.isFresh = false;
  }

  /**
   * Replace everything by a snapshot.
   * @param {Series} series
   * @param {number} now
   */
  load(series, now) {
    this.width = series.width_s;
    // Buckets without any sample are left out by the server; here they are gaps in the lines.
    const slots = new Map(series.t.map((start, index) => [start / this.width, index]));
    const length = series.t.length ? (series.t.at(-1) ?? 0) / this.width + 1 : 0;
    this.t = Array.from({ length }, (_, slot) => slot * this.width);
    const spread = (/** @type {(number | null)[]} */ values) =>
      this.t.map((_, slot) => values[slots.get(slot) ?? -1] ?? null);
    for (const name of Object.keys(this.lines)) {
      this.lines[name] = spread(series.emotions[name] ?? []);
    }
    this.lines.engagement = spread(series.engagement);
    this.lines.coverage = spread(
      series.samples.map((all, index) => (all ? series.usable[index] / all : null)),
    );
    const age = Math.max(1, now - (this.t.at(-1) ?? now));
    this.counts = Object.fromEntries(Object.keys(this.lines).map((name) => [name, age]));
    this.isFresh = true;
    this.#bound();
  }

  /**
   * Take one second's figures into the bucket of this moment.
   * @param {Tick} tick
   */
  add(tick) {
    const known = this.t.length;
    this.#advance(tick.now);
    this.#mix("engagement", tick.engagement);
    this.#mix("coverage", tick.connected ? tick.faces / tick.connected : null);
    for (const [name, share] of Object.entries(tick.emotions ?? {})) this.#mix(name, share);
    if (this.isFresh) this.#bridge(known);
    this.isFresh = false;
  }

  /**
   * Fill the few empty buckets between a snapshot and its first tick by that tick.
   * @param {number} known how many buckets came from the snapshot
   */
  #bridge(known) {
    const last = this.t.length - 1;
    if (known === 0 || this.t[last] - this.t[Math.min(known, last)] > UNSTORED_S) return;
    for (const line of Object.values(this.lines)) line.fill(line[last], known, last);
  }

  /** Starts of the buckets in minutes. */
  get minutes() {
    return this.t.map((second) => second / 60);
  }

  /** The last bucket's emotions, without those unknown. @returns {Record<string, number>} */
  last() {
    const known = Object.entries(this.lines)
      .filter(([name]) => name !== "engagement" && name !== "coverage")
      .map(([name, line]) => [name, line.at(-1) ?? null])
      .filter(([, value]) => value !== null);
    return Object.fromEntries(known);
  }

  /** @param {number} now */
  #advance(now) {
    const start = Math.floor(now / this.width) * this.width;
    // After a long silence the gap is empty buckets, but never more of them than are kept.
    const oldest = start - MOST_BUCKETS * this.width;
    let next = this.t.length ? Math.max(this.t[this.t.length - 1] + this.width, oldest) : start;
    for (; next <= start; next += this.width) {
      this.t.push(next);
      for (const line of Object.values(this.lines)) line.push(null);
      this.counts = {};
    }
    this.#bound();
  }

  /**
   * @param {string} name
   * @param {number | null | undefined} value
   */
  #mix(name, value) {
    const line = this.lines[name];
    if (!line || value == null) return;
    const last = line.length - 1;
    const before = line[last];
    const count = before === null ? 0 : (this.counts[name] ?? 0);
    line[last] = ((before ?? 0) * count + value) / (count + 1);
    this.counts[name] = count + 1;
  }

  /** Make buckets twice as wide until they are few enough. */
  #bound() {
    while (this.t.length > MOST_BUCKETS) {
      this.width *= 2;
      this.t = this.t.filter((_, index) => index % 2 === 0);
      for (const [name, line] of Object.entries(this.lines)) {
        this.lines[name] = this.t.map((_, index) => mean(line.slice(2 * index, 2 * index + 2)));
      }
    }
  }
}

/** @param {(number | null)[]} values */
function mean(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
