// @ts-check
/** How wide pictures are: smaller ones on a network that is slow, back when it is quick again. */

/** Of the widest picture. A face of a student close to the camera is still large enough. */
const STEPS = [1, 0.75, 0.5];
const SLOW_MS = 1500;
const QUICK_MS = 500;
const SLOW_IN_A_ROW = 3;
const QUICK_IN_A_ROW = 10;

export class PictureSize {
  /** @param {number} widest pixels */
  constructor(widest) {
    this.widest = widest;
    this.step = 0;
    this.slow = 0;
    this.quick = 0;
  }

  get width() {
    return Math.round(this.widest * STEPS[this.step]);
  }

  get isReduced() {
    return this.step > 0;
  }

  /**
   * @param {number} took milliseconds from the picture to its answer
   * @returns {boolean} whether pictures have changed their size
   */
  answered(took) {
    this.slow = took > SLOW_MS ? this.slow + 1 : 0;
    this.quick = took < QUICK_MS ? this.quick + 1 : 0;
    const before = this.step;
    if (this.slow >= SLOW_IN_A_ROW) this.step = Math.min(this.step + 1, STEPS.length - 1);
    if (this.quick >= QUICK_IN_A_ROW) this.step = Math.max(this.step - 1, 0);
    if (this.step === before) return false;
    this.slow = this.quick = 0;
    return true;
  }
}
