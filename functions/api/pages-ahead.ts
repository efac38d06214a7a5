import type { Instant } from "../model/instant.ts";
import type { Position } from "./cursors.ts";
import type { WalkedPage } from "./walk.ts";

/** Each may hold as much as an answer. */
const MOST_KEPT = 8;
/** While one is packed, sent and taken in, the next is made of what was read, and the one after that is read. */
const AHEAD = 2;

/** A walk under way. What is read at its instant is the same whenever it is read, so nothing of it ages. */
export interface OpenWalk {
  readonly at: Instant;
  /** Reads the page that begins at a position, or the first. */
  readonly read: (position: Position | undefined) => Promise<WalkedPage>;
  /** Names the page that begins at a position, among those of all walks. */
  readonly name: (position: Position) => string;
}

interface Ahead {
  readonly walk: OpenWalk;
  readonly page: Promise<WalkedPage>;
}

/** Pages of walks that are read before they are asked for, so that the store works while those before are packed, sent and taken in. */
export class PagesAhead {
  readonly #pages = new Map<string, Ahead>();

  /** The page of that name, if it is being read or has been, and its walk; it is given once. */
  take(name: string): Ahead | undefined {
    const ahead = this.#pages.get(name);
    this.#pages.delete(name);
    return ahead;
  }

  /** Sees to it that the walk's pages from the position on are read, one after another. */
  begin(walk: OpenWalk, position: Position, pages = AHEAD): void {
    const name = walk.name(position);
    const ahead = this.#pages.get(name) ?? this.#start(name, walk, position);
    ahead.page.then(
      ({ next }) => next && pages > 1 && this.begin(walk, next, pages - 1),
      // It is read again when it is asked for, and then fails where somebody is told.
      () => this.#pages.get(name) === ahead && this.#pages.delete(name),
    );
  }

  /** Lets go of the page that has waited longest when there are too many. */
  #start(name: string, walk: OpenWalk, position: Position): Ahead {
    const ahead = { walk, page: walk.read(position) };
    this.#pages.set(name, ahead);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MOST_KEPT && oldest !== undefined) this.#pages.delete(oldest);
    return ahead;
  }
}
