import { setImmediate as yieldToOthers } from "node:timers/promises";

/** At most `size` elements at a time; the event loop turns before each chunk but the first. */
export async function* chunksOf<T>(elements: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let from = 0; from < elements.length; from += size) {
    if (from > 0) await yieldToOthers();
    yield elements.slice(from, from + size);
  }
}
