import { expect, test } from "vitest";
import { askAhead, readAhead } from "../../functions/sync/read-ahead.ts";
import { drained } from "./engine.ts";

/** Counts how far it was read, and whether it was left. */
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

async function all(source: AsyncIterable<number>): Promise<number[]> {
  const values = [];
  for await (const value of source) values.push(value);
  return values;
}

test.each([
  [0, 1],
  [1, 1],
  [5, 1],
  [5, 2],
  [5, 100],
])("%i values, at most %i ahead, come in order", async (values, capacity) => {
  expect(await all(readAhead(counted(values).source, capacity))).toEqual(
    Array.from({ length: values }, (_, n) => n + 1),
  );
});

test("reads ahead from the start, and only so far", async () => {
  const { state, source } = counted(10);
  const values = readAhead(source, 3)[Symbol.asyncIterator]();
  await drained();
  expect(state.read).toBe(3);
  expect((await values.next()).value).toBe(1);
  await drained();
  expect(state.read).toBe(4);
});

test("a failure comes after what came before it", async () => {
  const values: number[] = [];
  const reading = (async () => {
    for await (const value of readAhead(counted(3, new Error("no")).source, 10)) {
      await drained();
      values.push(value);
    }
  })();
  await expect(reading).rejects.toThrow("no");
  expect(values).toEqual([1, 2, 3]);
});

test("whoever stops reading leaves the source, and its failure is nobody's", async () => {
  const { state, source } = counted(10, new Error("no"));
  for await (const value of readAhead(source, 2)) if (value === 2) break;
  await drained();
  expect(state.left).toBe(true);
  expect(state.read).toBeLessThanOrEqual(5);
  readAhead(counted(0, new Error("unheard")).source, 2);
  await drained();
});

test("asks for the next value before it gives one, and lets go of the source when it is left", async () => {
  const { state, source } = counted(5);
  const given = askAhead(source);
  expect(await given.next()).toEqual({ value: 1, done: false });
  expect(state.read).toBe(2);
  await given.return(undefined);
  expect(state.left).toBe(true);
});

test("asked ahead, values come in order, and a failure after them", async () => {
  const failure = new Error("no");
  const values: number[] = [];
  const reading = (async () => {
    for await (const value of askAhead(counted(3, failure).source)) values.push(value);
  })();
  await expect(reading).rejects.toBe(failure);
  expect(values).toEqual([1, 2, 3]);
  expect(await all(askAhead(counted(0).source))).toEqual([]);
});
