// Functions that run in the page: none may use anything from outside itself.

/** A value label of a chart. */
export interface Label {
  chart: string;
  word: string;
  /** How far the label's middle is below its gridline, in pixels. */
  below: number;
}

/** Each value label of each chart, and how far it is from its gridline. */
export function valueLabels(): Label[] {
  const host = document.querySelector('warren-panel');
  const root: ParentNode = host?.shadowRoot ?? document;
  return [...root.querySelectorAll('.chart')].flatMap(chart => {
    const grid = chart.querySelector('.plot-area > .grid')!;
    // `M0 500H2400M0 375H2400…`: the lines from the bottom up, in units of the view box.
    const heights = [...(grid.getAttribute('d') ?? '').matchAll(/M\d+ (-?\d+)H/g)].map(match => Number(match[1]));
    const plot = chart.querySelector('.plot-area')!.getBoundingClientRect();
    const words = [...chart.querySelectorAll('.y-axis text')].filter(text => text.textContent !== '');
    if (words.length !== heights.length) {
      return [{ chart: chart.id, word: `${words.length} labels, ${heights.length} gridlines`, below: Number.MAX_VALUE }];
    }
    return words.map((text, index) => {
      const label = text.getBoundingClientRect();
      const line = plot.top + (heights[index] / 500) * plot.height;
      return { chart: chart.id, word: text.textContent!, below: (label.top + label.bottom) / 2 - line };
    });
  });
}

/** The `d` of each line that is drawn. */
export function lines(chart: string): string[] {
  const host = document.querySelector('warren-panel');
  const root: ParentNode = host?.shadowRoot ?? document;
  const paths = [...root.querySelectorAll(`${chart} .plot-area > .line:not(.dot)`)];
  return paths.map(path => path.getAttribute('d') ?? '').filter(d => d !== '');
}

/** The texts of all elements that match. */
export function texts(selector: string): string[] {
  return [...document.querySelectorAll(selector)].map(element => element.textContent!.trim());
}

/** Scrolls an element into the middle of the viewport, and gives its box there. */
export function box(selector: string): { x: number; y: number; width: number; height: number } {
  const element = document.querySelector(selector)!;
  element.scrollIntoView({ block: 'center', behavior: 'instant' });
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x, y, width, height };
}

/** Notes from now on what goes wrong in the page. */
export function noteErrors(): void {
  const noted: string[] = [];
  (window as any).notedErrors = noted;
  addEventListener('error', event => noted.push(String(event.message)));
  addEventListener('unhandledrejection', event => noted.push(String(event.reason)));
  const before = console.error;
  console.error = (...all) => {
    noted.push(all.map(String).join(' '));
    before(...all);
  };
}

/** What went wrong since `noteErrors`. */
export function notedErrors(): string[] {
  return (window as any).notedErrors;
}
