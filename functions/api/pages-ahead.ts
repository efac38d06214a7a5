import type { WalkedPage } from "./walk.ts";

/** Each may hold as much as an answer. */
const MOST_KEPT = 4;

/**
 * Pages of walks that are read before they are asked for, so that the store works while the page before is packed, sent and
 * taken in. What is read at a walk's instant is the same whenever it is read, so it cannot have aged.
 */
export class PagesAhead {
  readonly #pages = new Map<string, Promise<WalkedPage>>();

  /** The page, if it is being read or has been; it is given once. */
  take(name: string): Promise<WalkedPage> | undefined {
    const page = this.#pages.get(name);
    this.#pages.delete(name);
    return page;
  }

  /** Begins to read a page, and lets go of the one that has waited longest when there are too many. */
  begin(name: string, read: () => Promise<WalkedPage>): void {
    const page = read();
    // It is read again when it is asked for, and then fails where somebody is told.
    page.catch(() => this.#pages.get(name) === page && this.#pages.delete(name));
    this.#pages.set(name, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MOST_KEPT && oldest !== undefined) this.#pages.delete(oldest);
  }
}
