import { creationOf } from "../model/collection.ts";
import type { ListedItem } from "./parse-item.ts";

/**
 * Holds back the newest items of a listing by creation: until something newer is listed, more of the same instant may follow. What was
 * passed on is then everything before the boundary, so that the scope can be closed there.
 */
export interface Holdback {
  /** The items that may be compared: those held back before, as soon as something newer is listed, and those older than it. */
  pass(items: readonly ListedItem[]): ListedItem[];
  /** What is held back, once the listing has ended by itself. */
  rest(): ListedItem[];
  /** The instant of creation before which everything was passed on. Undefined while there is none. */
  readonly boundary: string | undefined;
}

/** A listing that turns out not to be in order is passed on as it comes, and has no boundary. */
export function createHoldback(): Holdback {
  let held: ListedItem[] = [];
  let newest = "";
  let passedAny = false;
  let ascending = true;
  return {
    get boundary() {
      return ascending && passedAny ? newest : undefined;
    },
    pass(items) {
      const passed: ListedItem[] = [];
      for (const item of items) {
        const created = creationOf(item.key);
        if (ascending && created < newest) ascending = false;
        if (!ascending || created > newest) {
          passed.push(...held);
          passedAny ||= held.length > 0;
          held = [];
        }
        if (!ascending) passed.push(item);
        else {
          newest = created;
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
