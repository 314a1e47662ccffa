// @ts-check
/** The class over time: the server's buckets, kept up to date by its ticks, in bounded memory. */

const MOST_BUCKETS = 4000;

/**
 * @typedef {object} Bucket one stretch of time; what is unknown is null
 * @property {number} t its start in seconds of the session
 * @property {number | null} engagement
 * @property {number | null} facing
 * @property {number | null} coverage
 * @property {Record<string, number>} emotions mean probabilities; empty where unknown
 */

/**
 * @typedef {object} Series the snapshot's buckets; every list has one entry a bucket
 * @property {number} width_s
 * @property {number[]} t
 * @property {(number | null)[]} engagement
 * @property {(number | null)[]} facing
 * @property {(number | null)[]} coverage
 * @property {Record<string, (number | null)[]>} emotions
 */

export class ClassSeries {
  /** @param {string[]} emotions */
  constructor(emotions) {
    this.emotions = emotions;
    this.width = 1;
    /** @type {number[]} */
    this.t = [];
    /** Lines by name, each with one value or null a bucket. @type {Record<string, (number | null)[]>} */
    this.lines = {};
    this.#clear();
  }

  /**
   * Replace everything by a snapshot.
   * @param {Series} series
   */
  load(series) {
    this.width = series.width_s;
    this.#clear();
    series.t.forEach((t, index) => {
      const emotions = this.emotions.map((name) => [name, series.emotions[name]?.[index] ?? null]);
      this.#set({
        t,
        engagement: series.engagement[index],
        facing: series.facing[index],
        coverage: series.coverage[index],
        emotions: Object.fromEntries(emotions),
      });
    });
  }

  /**
   * Take in the buckets that changed; each replaces the one of the same start.
   * @param {Bucket[]} buckets
   */
  add(buckets) {
    for (const bucket of buckets) this.#set(bucket);
  }

  /** Middles of the buckets in minutes. */
  get minutes() {
    return this.t.map((second) => (second + this.width / 2) / 60);
  }

  #clear() {
    this.t = [];
    this.lines = Object.fromEntries(["engagement", "facing", "coverage", ...this.emotions].map((name) => [name, []]));
  }

  /** @param {Bucket} bucket */
  #set(bucket) {
    const at = this.#place(bucket.t);
    if (at < 0) return;
    this.lines.engagement[at] = bucket.engagement;
    this.lines.facing[at] = bucket.facing;
    this.lines.coverage[at] = bucket.coverage;
    for (const name of this.emotions) this.lines[name][at] = bucket.emotions[name] ?? null;
  }

  /**
   * Where the bucket of this start is, made where it is missing; stretches that were left out are
   * gaps. -1 for one that is older than those kept.
   *
   * @param {number} t
   */
  #place(t) {
    if (!this.t.length) this.#push(t);
    while ((this.t.at(-1) ?? 0) < t) {
      const next = Math.max((this.t.at(-1) ?? 0) + this.width, t - MOST_BUCKETS * this.width);
      this.#push(next);
    }
    return Math.round((t - this.t[0]) / this.width);
  }

  /** @param {number} t */
  #push(t) {
    this.t.push(t);
    for (const line of Object.values(this.lines)) line.push(null);
    if (this.t.length <= MOST_BUCKETS) return;
    this.t.shift();
    for (const line of Object.values(this.lines)) line.shift();
  }
}
