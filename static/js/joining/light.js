// @ts-check
/** How light a picture is; for pages and workers alike. */

/** Of a picture's mean, 0 to 255: below it a face is hard to see. */
export const DARK = 40;
/** A picture so small tells how light it is. */
const SIDE_PX = 16;

/** The mean of all pixels, 0 to 255. @param {CanvasImageSource} picture */
export function lightOf(picture) {
  const context = new OffscreenCanvas(SIDE_PX, SIDE_PX).getContext("2d", { willReadFrequently: true });
  if (!context) return 255;
  context.drawImage(picture, 0, 0, SIDE_PX, SIDE_PX);
  const { data } = context.getImageData(0, 0, SIDE_PX, SIDE_PX);
  let sum = 0;
  for (let place = 0; place < data.length; place += 4) sum += data[place] + data[place + 1] + data[place + 2];
  return sum / (3 * SIDE_PX * SIDE_PX);
}
