/** Orders two keys: negative, zero (the same key) or positive. */
type Compare<Key> = (a: Key, b: Key) => number;

/** Which part of a list to read: the indexes from `start` up to, but without, `end`; from its end when descending. */
interface Stretch<Item> {
  start: number;
  end: number;
  size: number;
  descending?: boolean;
  accepts?: (item: Item) => boolean;
}

/** Items in the order of their keys. Finding costs O(log n); an item is its own key. */
export class SortedList<Item extends Key, Key> implements Iterable<Item> {
  readonly #compare: Compare<Key>;
  readonly #items: Item[];

  /** Takes the items in any order. Of several with the same key the last one stays. */
  constructor(compare: Compare<Key>, items: Iterable<Item> = []) {
    this.#compare = compare;
    const sorted = [...items].sort(compare);
    this.#items = sorted.filter((item, index) => {
      const next = sorted[index + 1];
      return next === undefined || compare(item, next) !== 0;
    });
  }

  get length(): number {
    return this.#items.length;
  }

  at(index: number): Item | undefined {
    return this.#items[index];
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#items[Symbol.iterator]();
  }

  /** The item with this key. */
  get(key: Key): Item | undefined {
    const item = this.#items[this.indexFrom(key)];
    return item !== undefined && this.#compare(item, key) === 0 ? item : undefined;
  }

  /** Adds the item, or replaces the one with its key. */
  put(item: Item): void {
    const index = this.indexFrom(item);
    const there = this.#items[index];
    if (there === undefined) this.#items.push(item);
    else this.#items.splice(index, this.#compare(there, item) === 0 ? 1 : 0, item);
  }

  /** Removes the item with this key; false when there was none. */
  remove(key: Key): boolean {
    if (this.get(key) === undefined) return false;
    this.#items.splice(this.indexFrom(key), 1);
    return true;
  }

  /** The index of the first item at or after the key. */
  indexFrom(key: Key): number {
    return this.#search((item) => this.#compare(item, key) >= 0);
  }

  /** The index of the first item after the key. */
  indexAfter(key: Key): number {
    return this.#search((item) => this.#compare(item, key) > 0);
  }

  /** Up to `size` accepted items of a stretch, in its direction, and whether it holds more of them. */
  read({ start, end, size, descending = false, accepts = () => true }: Stretch<Item>): {
    items: Item[];
    more: boolean;
  } {
    const items: Item[] = [];
    for (let offset = 0; offset < end - start; offset++) {
      const item = this.#items[descending ? end - 1 - offset : start + offset];
      if (item === undefined || !accepts(item)) continue;
      if (items.length === size) return { items, more: true };
      items.push(item);
    }
    return { items, more: false };
  }

  #search(isAtOrBeyond: (item: Item) => boolean): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isAtOrBeyond(this.#items[middle] as Item)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Orders two strings by code unit, as services order identifiers. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
