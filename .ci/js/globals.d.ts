/** What plotly.js puts on the window: only the part that our pages call. */
interface Window {
  Plotly: {
    react(
      place: HTMLElement,
      traces: object[],
      layout?: object,
      config?: object,
    ): Promise<HTMLElement>;
  };
}
