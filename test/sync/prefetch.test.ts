import { describe, expect, test } from "vitest";
import { prefetch } from "../../functions/sync/prefetch.ts";
import { drained } from "./engine.ts";

/** So many values, then a failure if there is one; how far they were read, and whether the source was left. */
function counted(values: number, failure?: Error) {
  const state = { read: 0, left: false };
  async function* source() {
    try {
      for (let value = 1; value <= values; value += 1) {
        state.read = value;
        yield value;
      }
      if (failure) throw failure;
    } finally {
      state.left = true;
    }
  }
  return { state, source: source() };
}

const prefetched = <T>(source: AsyncIterable<T>) => prefetch(() => source, new AbortController().signal);

describe("a prefetched source", () => {
  test.each([0, 1, 5])("gives its %i values in order", async (count) => {
    const values: number[] = [];
    for await (const value of prefetched(counted(count).source)) values.push(value);
    expect(values).toEqual(Array.from({ length: count }, (_, n) => n + 1));
  });
  test("is asked for one value more than it has given, and for no more", async () => {
    const { state, source } = counted(5);
    const values = prefetched(source);
    expect(await values.next()).toEqual({ value: 1, done: false });
    await drained();
    expect(state.read).toBe(2);
    await values.next();
    await drained();
    expect(state.read).toBe(3);
  });
  test("is left when its reader leaves", async () => {
    const { state, source } = counted(5);
    for await (const value of prefetched(source)) if (value === 2) break;
    expect(state).toEqual({ read: 3, left: true });
  });
  test.each(["before", "while"])("is told when the signal aborts %s it is read", async (when) => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    if (when === "before") controller.abort(reason);
    let told: AbortSignal | undefined;
    const values = prefetch((signal) => {
      told = signal;
      return counted(3).source;
    }, controller.signal);
    await values.next();
    controller.abort(reason);
    expect(told?.reason).toBe(reason);
    await values.return(undefined);
  });
  test("fails after the values that came before the failure", async () => {
    const failure = new Error("no");
    const values: number[] = [];
    const reading = (async () => {
      for await (const value of prefetched(counted(3, failure).source)) {
        await drained();
        values.push(value);
      }
    })();
    await expect(reading).rejects.toBe(failure);
    expect(values).toEqual([1, 2, 3]);
  });
  test("that fails after its reader left troubles nobody", async () => {
    for await (const value of prefetched(counted(2, new Error("unheard")).source)) if (value === 2) break;
    await drained();
  });
});
