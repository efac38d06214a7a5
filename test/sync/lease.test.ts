import { beforeEach, describe, expect, test } from "vitest";
import { WHOLE } from "../../functions/model/collection.ts";
import { SyncError } from "../../functions/model/errors.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import type { Store } from "../../functions/store/port.ts";
import { type Lease, takeLease } from "../../functions/sync/lease.ts";
import { COLLECTION, drained, newTestClock, type TestClock } from "./engine.ts";

const LEASE_MS = 30_000;
const superseded = expect.objectContaining({ name: "SyncError", code: "superseded" });

let store: Store;
let clock: TestClock;
let never: AbortSignal;
beforeEach(() => {
  store = memoryStore();
  clock = newTestClock();
  never = new AbortController().signal;
});

const take = (holder: string, more: Partial<Parameters<typeof takeLease>[0]> = {}) =>
  takeLease({ store, clock, collection: COLLECTION, scope: WHOLE, holder, leaseMs: LEASE_MS, signal: never, ...more });
const taken = async (holder: string, more: Partial<Parameters<typeof takeLease>[0]> = {}): Promise<Lease> => {
  const lease = await take(holder, more);
  if (!lease) throw new Error("not taken");
  return lease;
};
const until = async () => (await store.standing(COLLECTION, WHOLE.id))?.lease?.until ?? 0;
const holderNow = async () => (await store.standing(COLLECTION, WHOLE.id))?.lease?.holder;
/** What a promise has come to by now. */
const outcome = async <T>(promise: Promise<T>) => Promise.race([promise, drained().then(() => "waiting" as const)]);

describe("taking a lease", () => {
  test("that is free", async () => {
    const lease = await taken("me");
    expect(lease.holder).toEqual({ collection: COLLECTION, scope: "all", holder: "me" });
    expect(await until()).toBe(clock.now() + LEASE_MS);
    expect(() => lease.mustHold()).not.toThrow();
  });
  test("of a dead holder waits until it lapses, and says so once", async () => {
    await store.takeLease({
      collection: COLLECTION,
      scope: WHOLE,
      holder: "dead",
      now: clock.now(),
      until: clock.now() + LEASE_MS,
    });
    const waits: number[] = [];
    const waiting = take("me", { onWaiting: (end) => waits.push(end) });
    await clock.advance(LEASE_MS);
    expect(await outcome(waiting)).toBe("waiting");
    await clock.advance(1);
    expect(await waiting).toMatchObject({ holder: { holder: "me" } });
    expect(waits).toEqual([clock.now() - 1]);
  });
  test("of a live holder is given up as soon as it is seen to renew", async () => {
    const live = await taken("live");
    const waiting = take("me");
    await clock.advance(7_000);
    expect(await outcome(waiting)).toBe("waiting");
    await clock.advance(5_000);
    expect(await waiting).toBeUndefined();
    expect(await holderNow()).toBe("live");
    await live.stop();
  });
  test("is given up when another takes it first", async () => {
    await store.takeLease({
      collection: COLLECTION,
      scope: WHOLE,
      holder: "dead",
      now: clock.now(),
      until: clock.now() + 5_000,
    });
    const waiting = [take("me"), take("other")];
    await clock.advance(10_000);
    expect((await Promise.all(waiting)).filter((lease) => lease !== undefined)).toHaveLength(1);
  });
  test("that is released meanwhile goes on at once", async () => {
    const live = await taken("live");
    const waiting = take("me");
    await clock.advance(1_000);
    await store.endSync(live.holder, {
      outcome: "failed",
      triedAt: "2026-03-01T00:00:00.000Z",
      error: { code: "denied", message: "no" },
      abandoned: false,
    });
    await clock.advance(3_000);
    expect(await waiting).toMatchObject({ holder: { holder: "me" } });
  });
  test("ends with the signal's reason", async () => {
    await taken("live");
    const stop = new AbortController();
    const waiting = take("me", { signal: stop.signal });
    await drained();
    stop.abort(new SyncError("interrupted", "stop"));
    await expect(waiting).rejects.toThrow("stop");
    await expect(take("me", { signal: stop.signal })).rejects.toThrow("stop");
  });
});

describe("keeping a lease", () => {
  test("renews it after a quarter, as long as it runs", async () => {
    const lease = await taken("me");
    const first = await until();
    await clock.advance(7_000);
    expect(await until()).toBe(first);
    await clock.advance(1_000);
    expect(await until()).toBe(first + 7_500);
    await clock.advance(120_000);
    expect(await until()).toBeGreaterThan(clock.now() + LEASE_MS / 2);
    expect(() => lease.mustHold()).not.toThrow();
    await lease.stop();
    const last = await until();
    await clock.advance(60_000);
    expect(await until()).toBe(last);
  });
  test("ends at two thirds of it when it cannot be renewed, and not before", async () => {
    const renewals: number[] = [];
    const renewLease = async () => {
      renewals.push(clock.monotonic());
      throw new SyncError("unavailable", "no");
    };
    const lease = await taken("me", { store: { ...store, renewLease } });
    await clock.advance(19_999);
    expect(() => lease.mustHold()).not.toThrow();
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.reason).toEqual(superseded);
    expect(() => lease.mustHold()).toThrow(superseded);
    expect(renewals[0]).toBe(7_500);
    await clock.advance(60_000);
    expect(renewals.length).toBeLessThan(8);
  });
  test("survives renewals that fail now and then", async () => {
    let calls = 0;
    const renewLease: Store["renewLease"] = async (...renewal) => {
      calls += 1;
      if (calls % 3 !== 0) throw new SyncError("throttled", "later");
      return store.renewLease(...renewal);
    };
    const lease = await taken("me", { store: { ...store, renewLease } });
    await clock.advance(300_000);
    expect(() => lease.mustHold()).not.toThrow();
    await lease.stop();
  });
  test("counts from before the request that renewed it", async () => {
    let calls = 0;
    const renewLease: Store["renewLease"] = async (...renewal) => {
      calls += 1;
      if (calls > 1) throw new SyncError("unavailable", "no");
      await store.renewLease(...renewal);
      await clock.sleep(6_000);
    };
    const lease = await taken("me", { store: { ...store, renewLease } });
    await clock.advance(7_500 + 19_999);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.aborted).toBe(true);
  });
  test("counts from before the request that took it", async () => {
    const takeLate: Store["takeLease"] = async (request) => {
      const answer = await store.takeLease(request);
      clock.jump(20_000);
      return answer;
    };
    const lease = await taken("me", { store: { ...store, takeLease: takeLate } });
    expect(() => lease.mustHold()).toThrow(superseded);
  });
  test("ends at once when another has taken it", async () => {
    const lease = await taken("me");
    await store.takeLease({
      collection: COLLECTION,
      scope: WHOLE,
      holder: "other",
      now: clock.now() + LEASE_MS + 1,
      until: clock.now() + 90_000,
    });
    await clock.advance(7_500);
    expect(lease.signal.reason).toEqual(superseded);
    expect(await holderNow()).toBe("other");
  });
  test("ends for a process that stood still, before it does anything, and it renews no more", async () => {
    const lease = await taken("me");
    const before = await until();
    clock.jump(25_000);
    expect(() => lease.mustHold()).toThrow(superseded);
    await clock.advance(60_000);
    expect(await until()).toBe(before);
  });
});
