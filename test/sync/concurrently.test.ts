import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { concurrently } from "../../functions/sync/concurrently.ts";

test("works on every value, so many at a time, and keeps their order", async () => {
  let running = 0;
  let most = 0;
  const results = await concurrently(3, [5, 1, 4, 2, 3, 0], async (value) => {
    running += 1;
    most = Math.max(most, running);
    await sleep(value);
    running -= 1;
    return value * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30, 0]);
  expect(most).toBe(3);
});

test("of no values has no results, and fails as soon as one does", async () => {
  expect(await concurrently(3, [], async () => 1)).toEqual([]);
  const failing = concurrently(2, [1, 2, 3], async (value) => {
    if (value === 2) throw new Error("no");
    return value;
  });
  await expect(failing).rejects.toThrow("no");
});
