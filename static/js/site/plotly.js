// @ts-check
/** Plotly, loaded when the first chart comes into view: it weighs more than all else. */

/** @type {Promise<void> | null} */
let loading = null;

/** @param {string} address of the script */
export function loadPlotly(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`${address} did not load`)));
    document.head.append(script);
  });
  return loading;
}

/**
 * @param {Element} place
 * @param {() => void} act once, when the place comes near to the view
 */
export function onceInView(place, act) {
  const watching = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watching.disconnect();
      act();
    },
    { rootMargin: "200px" },
  );
  watching.observe(place);
}
