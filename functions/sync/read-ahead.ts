import { setImmediate as othersTurn } from "node:timers/promises";

/**
 * Asks a source for its next value before it gives the one it has, and lets the request get out: the source is at work while
 * its consumer is. Order and failure are the source's own: a failure comes after what came before it.
 */
export async function* askAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const values = source[Symbol.asyncIterator]();
  let asked = values.next();
  try {
    for (;;) {
      const { value, done } = await asked;
      if (done) return;
      asked = values.next();
      // It is awaited in the next round; until then its failure is nobody's yet.
      asked.catch(() => undefined);
      await othersTurn();
      yield value;
    }
  } finally {
    await values.return?.();
  }
}

/**
 * Reads a source ahead of its consumer, from the first call on and at most `capacity` values ahead, so that what
 * is awaited next is often there already. Order and failure are the source's own: a failure comes after what came before it.
 */
export function readAhead<T>(source: AsyncIterable<T>, capacity: number): AsyncIterable<T> {
  const ready: T[] = [];
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  let wakeReader: () => void = () => undefined;
  let wakeSource: () => void = () => undefined;
  let abandoned = false;

  const pump = async () => {
    try {
      for await (const value of source) {
        ready.push(value);
        wakeReader();
        while (ready.length >= capacity && !abandoned) {
          await new Promise<void>((resolve) => {
            wakeSource = resolve;
          });
        }
        if (abandoned) return;
      }
    } catch (error) {
      failure = { error };
    } finally {
      ended = true;
      wakeReader();
    }
  };
  void pump();

  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const value = ready.shift();
          if (value !== undefined) {
            wakeSource();
            yield value;
          } else if (ended) {
            if (failure) throw failure.error;
            return;
          } else {
            await new Promise<void>((resolve) => {
              wakeReader = resolve;
            });
          }
        }
      } finally {
        abandoned = true;
        wakeSource();
      }
    },
  };
}
