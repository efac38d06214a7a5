import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { mapConcurrent } from "../../functions/model/map-concurrent.ts";

describe("work on many values at once", () => {
  test("keeps the values' order, and never exceeds its width", async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrent(3, [5, 1, 4, 2, 3, 0], async (value) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(value);
      running -= 1;
      return value * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30, 0]);
    expect(most).toBe(3);
  });
  test("on no values has no results", async () => {
    expect(await mapConcurrent(3, [], async () => 1)).toEqual([]);
  });
  test("fails as soon as one value does", async () => {
    const failing = mapConcurrent(2, [1, 2, 3], async (value) => {
      if (value === 2) throw new Error("no");
      return value;
    });
    await expect(failing).rejects.toThrow("no");
  });
});
