import { beforeEach, describe, expect, test } from "vitest";
import { PLAN, type Scope, scopeOfFirstPart, WHOLE } from "../../functions/model/collection.ts";
import type { Connection } from "../../functions/model/source.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import type { Store } from "../../functions/store/port.ts";
import { planCollection } from "../../functions/sync/plan.ts";
import { COLLECTION, listing, newTestClock, page, runSync, SOURCE, type TestClock, thing } from "./engine.ts";

const PLANNED = { ...SOURCE, planned: true };
let store: Store;
let clock: TestClock;
beforeEach(() => {
  store = memoryStore();
  clock = newTestClock();
});

const plans = (ids: readonly string[], failure?: Error): Pick<Connection, "plan"> => ({
  async *plan(): AsyncGenerator<Scope> {
    for (const id of ids) yield scopeOfFirstPart(id);
    if (failure) throw failure;
  },
});
const plan = (connection: Pick<Connection, "plan">, source = PLANNED, signal = new AbortController().signal) =>
  planCollection({ store, clock, signal }, source, COLLECTION, connection);
const names = async (connection: Pick<Connection, "plan">) =>
  (await plan(connection)).map(({ scope, vanished }) => (vanished ? `${scope.id} vanished` : scope.id));
/** Syncs a scope that holds one item, or finds its parent gone. */
const sync = (id: string, vanished = false) =>
  runSync(store, clock, listing([page(thing(`${id}x`))]), {
    scope: { id, range: { from: id, until: `${id}~` } },
    vanished,
  });

describe("a plan", () => {
  test("of a source without one is everything, and nothing is noted", async () => {
    const whole = {
      async *plan() {
        yield WHOLE;
      },
    };
    expect(await plan(whole, SOURCE)).toEqual([{ scope: WHOLE, vanished: false }]);
    expect(await store.standings(COLLECTION)).toEqual([]);
  });
  test("names each scope once, and is noted", async () => {
    expect(await names(plans(["a", "b", "a"]))).toEqual(["a", "b"]);
    expect(await store.standing(COLLECTION, PLAN)).toMatchObject({
      outcome: "complete",
      completeAt: expect.any(String),
    });
  });
  test("that no longer names a stored scope has it synced as vanished, until it is empty", async () => {
    await sync("a");
    await sync("b");
    expect(await names(plans(["a"]))).toEqual(["a", "b vanished"]);
    await sync("b", true);
    expect(await store.standing(COLLECTION, "b")).toMatchObject({ items: 0, vanished: true });
    expect(await names(plans(["a"]))).toEqual(["a"]);
    expect(await names(plans([]))).toEqual(["a vanished"]);
  });
  test("that names a vanished scope again has it synced as any other", async () => {
    await sync("b");
    await sync("b", true);
    expect(await names(plans(["b"]))).toEqual(["b"]);
    await sync("b");
    expect(await store.standing(COLLECTION, "b")).not.toHaveProperty("vanished");
  });
  test("keeps a vanished scope that a sync left dirty", async () => {
    await sync("b");
    await sync("b", true);
    const holder = { collection: COLLECTION, scope: "b", holder: "dead" };
    await store.takeLease({ ...holder, scope: { id: "b", range: {} }, now: clock.now(), until: clock.now() + 1 });
    await store.markDirty(holder, await store.readClock());
    expect(await names(plans([]))).toEqual(["b vanished"]);
  });
});

describe("a plan that fails", () => {
  const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });

  test("names nothing, so that nothing vanishes, and is noted and recorded", async () => {
    await sync("b");
    await plan(plans(["b"]));
    const completeAt = (await store.standing(COLLECTION, PLAN))?.completeAt;
    clock.jump(5_000);
    await expect(plan(plans(["a"], denied))).rejects.toMatchObject({ name: "SyncError", code: "denied" });
    const error = { code: "denied", message: expect.stringContaining("Test ListThings failed") };
    expect(await store.standing(COLLECTION, PLAN)).toMatchObject({ outcome: "failed", error, completeAt });
    const { syncs } = await store.syncPage(COLLECTION, {}, 1);
    expect(syncs).toEqual([expect.objectContaining({ scope: PLAN, outcome: "failed", error, listed: 0 })]);
  });
  test("because it is interrupted says so", async () => {
    const stopped = AbortSignal.abort(Object.assign(new Error("stop"), { name: "AbortError" }));
    await expect(plan(plans([], denied), PLANNED, stopped)).rejects.toMatchObject({ code: "interrupted" });
  });
});
