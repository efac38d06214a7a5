import { beforeEach, describe, expect, test } from "vitest";
import { type KeyRange, WHOLE } from "../../functions/model/collection.ts";
import { pageOf, type Source } from "../../functions/model/source.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import type { Store } from "../../functions/store/port.ts";
import { sweepStep, tailWindow } from "../../functions/sync/window.ts";
import { COLLECTION, log, newTestClock, present, runSync, SOURCE, type TestClock } from "./engine.ts";

const CREATED = [1, 2, 3, 4].map((day) => `2026-03-0${day}T00:00:00.000Z`);
const ascending: Source = {
  ...SOURCE,
  ascending: { tailEveryMinutes: 5, overlapMs: 3_600_000 },
  key: (document) => `${(document as { Id: string }).Id}#x`,
};
const [first = "", second = "", third = "", fourth = ""] = CREATED;

describe("a sweep", () => {
  const since = "s";
  test.each<[string, KeyRange, string | undefined, object]>([
    ["in one window is complete at once", {}, undefined, { completeAt: "now" }],
    ["begins where the scope does", { until: "b" }, undefined, { sweep: { next: "b", since: "now" } }],
    ["goes on where it was", { from: "b", until: "c" }, "b", { sweep: { next: "c", since } }],
    ["ends where the scope does, as old as its beginning", { from: "b" }, "b", { completeAt: since }],
    ["begins again", { until: "c" }, "b", { sweep: { next: "c", since: "now" } }],
    ["is left alone by a tail", { from: "z" }, "b", { sweep: { next: "b", since } }],
    ["is not begun by a tail", { from: "z" }, undefined, {}],
    ["is not ended by a window beyond", { from: "c" }, "b", { sweep: { next: "b", since } }],
  ])("%s", (_, covered, next, step) => {
    const standing = next === undefined ? {} : { sweep: { next, since } };
    expect(sweepStep(standing, WHOLE, covered, "now")).toEqual(step);
  });
});

describe("syncs of windows", () => {
  let store: Store;
  let clock: TestClock;
  beforeEach(() => {
    store = memoryStore();
    clock = newTestClock();
  });
  const things = (...ids: string[]) => ids.map((Id) => ({ Id, Value: 1 }));
  const sync = (ids: readonly string[], options: Parameters<typeof runSync>[3] = {}) => {
    // A page for each, so that the listing can be cut after any.
    const list = async function* () {
      for (const thing of things(...ids)) yield pageOf({ $metadata: {} }, [thing]);
    };
    return runSync(store, clock, { list }, { source: ascending, ...options });
  };
  const standing = () => store.standing(COLLECTION, WHOLE.id);

  test("a listing that is cut completes what it covered, and names the rest", async () => {
    const record = await sync(CREATED, { cutAt: 0 });
    expect(record).toMatchObject({
      outcome: "complete",
      added: 1,
      window: { until: second },
      remainder: { from: second },
    });
    expect(Object.keys(await present(store))).toEqual([`${first}#x`]);
    expect(await standing()).not.toHaveProperty("completeAt");
    expect(await standing()).toMatchObject({ items: 1, sweep: { next: second } });

    const rest = await sync(CREATED.slice(1), { window: { from: second } });
    expect(rest).toMatchObject({ outcome: "complete", added: 3, window: { from: second } });
    expect(rest).not.toHaveProperty("remainder");
    const { completeAt, triedAt, items } = (await standing()) ?? {};
    expect(items).toBe(4);
    expect(completeAt && triedAt && completeAt < triedAt).toBe(true);
  });
  test("a cut listing removes only in what it covered", async () => {
    await sync(CREATED);
    await sync([second, third, fourth], { cutAt: 0 });
    expect(Object.keys(await present(store))).toEqual([second, third, fourth].map((at) => `${at}#x`));
    await sync([third, fourth], { cutAt: 0 });
    expect(await log(store)).toContain(`removed ${second}#x 2`);
    expect(Object.keys(await present(store))).toEqual([third, fourth].map((at) => `${at}#x`));
  });
  test("a tail reaches a little before the newest item, and leaves the rest alone", async () => {
    expect(await tailWindow(store, ascending, COLLECTION, WHOLE)).toBeUndefined();
    await sync([first, second, third]);
    const window = await tailWindow(store, ascending, COLLECTION, WHOLE);
    expect(window).toEqual({ from: "2026-03-02T23:00:00.000Z" });
    const completeAt = (await standing())?.completeAt;
    const record = await sync([second, fourth], { ...(window && { window }) });
    // What lies before the window does not count, what is missing in it is removed.
    expect(record).toMatchObject({ outcome: "complete", listed: 1, added: 1, removed: 1 });
    expect(Object.keys(await present(store))).toEqual([first, second, fourth].map((at) => `${at}#x`));
    expect(await standing()).toMatchObject({ completeAt, items: 3, window });
    expect(await tailWindow(store, SOURCE, COLLECTION, WHOLE)).toBeUndefined();
  });
  test("a listing out of order is not cut", async () => {
    const record = await sync([second, first, third, fourth], { cutAt: 0 });
    expect(record).toMatchObject({ outcome: "complete", added: 4 });
    expect(record).not.toHaveProperty("remainder");
  });
});
