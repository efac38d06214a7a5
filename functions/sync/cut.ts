import type { ListedItem } from "../model/item.ts";

/*
 * A listing in ascending order of the first part of its items' identities can be ended between two values of that part:
 * everything before has then been listed whole, and nothing after.
 */

/** Lets an ascending listing through, but for the items at its newest position: more of them may yet come. */
export interface Cutter {
  /** The items that may be taken in: those held back before, as soon as a newer position is seen, and those given up to it. */
  pass(items: readonly ListedItem[]): ListedItem[];
  /** What is held back, once the listing has ended by itself. */
  rest(): ListedItem[];
  /** Where the listing could be ended now: everything before it has been passed. Undefined when nothing has. */
  readonly position: string | undefined;
  /** False once an item came out of order: then the listing cannot be cut, and holds nothing back. */
  readonly ascending: boolean;
}

/** The part of a key that an ascending listing is ordered by. */
export function positionOf(key: string): string {
  const end = key.indexOf("#");
  return end === -1 ? key : key.slice(0, end);
}

export function startCutter(): Cutter {
  let held: ListedItem[] = [];
  let newest = "";
  let passedAny = false;
  let ascending = true;
  return {
    get position() {
      return ascending && passedAny ? newest : undefined;
    },
    get ascending() {
      return ascending;
    },
    pass(items) {
      const passed: ListedItem[] = [];
      for (const item of items) {
        const position = positionOf(item.key);
        if (ascending && position < newest) ascending = false;
        if (!ascending || position > newest) {
          passed.push(...held);
          passedAny ||= held.length > 0;
          held = [];
        }
        if (!ascending) passed.push(item);
        else {
          newest = position;
          held.push(item);
        }
      }
      return passed;
    },
    rest() {
      const rest = held;
      held = [];
      return rest;
    },
  };
}
