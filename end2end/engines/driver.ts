// What the scenario needs of a browser. One small interface, so that every engine runs the same file.

/** A function that runs in the page. It must not use anything from outside itself. */
export type InPage<A extends unknown[], T> = (...args: A) => T;

/** A document that functions can run in: a page, or a frame of it. */
export interface Scope {
  evaluate<A extends unknown[], T>(run: InPage<A, T>, ...args: A): Promise<T>;
}

/** A page with a profile of its own: no cookie of another one. */
export interface EnginePage extends Scope {
  goto(url: string): Promise<void>;
  /** Goes back in the page's history. */
  back(): Promise<void>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  /** Presses a key, named as `KeyboardEvent.key` names it, with Control held where that is asked for. */
  press(key: 'ArrowDown' | 'Enter' | 'k', control?: boolean): Promise<void>;
  /** Moves the mouse to a point of the viewport, in CSS pixels. */
  moveMouse(x: number, y: number): Promise<void>;
  /** The document of a frame, on whichever site it is. */
  frame(selector: string): Scope;
  close(): Promise<void>;
}

/** A browser that runs. */
export interface Engine {
  /** Name and version, as the browser reports them. */
  version: string;
  newPage(): Promise<EnginePage>;
  close(): Promise<void>;
}

/** The size of every viewport, or nearly: WebKit's window has a toolbar. */
export const VIEWPORT = { width: 1280, height: 900 };
