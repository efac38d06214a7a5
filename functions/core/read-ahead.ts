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
