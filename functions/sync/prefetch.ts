import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Asks a source for its next value before it yields the one it has, and lets the request get out: the service is at work while the
 * consumer is. Order and failure are the source's own: a failure comes after what came before it. When the consumer leaves, the source's
 * signal aborts: nobody waits for a request whose answer is not wanted.
 */
export async function* prefetch<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const left = new AbortController();
  // AbortSignal.any would keep some kilobytes of each listing for as long as the process runs (Node.js 20).
  const leave = () => left.abort(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave);
  const values = open(left.signal)[Symbol.asyncIterator]();
  let requested = values.next();
  try {
    for (;;) {
      const { value, done } = await requested;
      if (done) return;
      requested = values.next();
      // It is awaited in the next round; until then its failure is not this value's.
      requested.catch(() => undefined);
      await nextTurn();
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", leave);
    left.abort();
    await values.return?.();
  }
}
