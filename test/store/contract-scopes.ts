import { beforeEach, describe, expect, test } from "vitest";
import { PLAN } from "../../functions/model/collection.ts";
import { BEGINNING, epochMs } from "../../functions/model/instant.ts";
import type { Holder, Store, SyncEnd } from "../../functions/store/port.ts";
import { COLLECTION, instant } from "./records.ts";

const SCOPE = { id: "all", range: {} };
const ME: Holder = { collection: COLLECTION, scope: "all", holder: "me" };
const OTHER: Holder = { ...ME, holder: "other" };
const COMPLETE = {
  outcome: "complete",
  triedAt: instant(9),
  completeAt: instant(9),
  snapshotAt: instant(8),
  items: 3,
  digest: "AAAAAAAAAAAAAAAAAAAAAA",
} as const satisfies SyncEnd;
const FAILED = {
  outcome: "failed",
  triedAt: instant(20),
  error: { code: "denied", message: "no" },
  abandoned: false,
} as const satisfies SyncEnd;
const superseded = expect.objectContaining({ name: "SyncError", code: "superseded" });

export function scopesContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  const take = (holder: string, now: number, until = now + 100, scope = SCOPE) =>
    store.takeLease({ collection: COLLECTION, scope, holder, now, until });
  const standing = () => store.standing(COLLECTION, "all");

  describe("leases", () => {
    test("a free scope is taken, and its standing answered as it then is", async () => {
      const scope = { id: "image", range: { from: "image#", until: "image$" } };
      const taken = await take("me", 1_000, 2_000, scope);
      expect(taken).toEqual({
        taken: true,
        standing: {
          collection: COLLECTION,
          scope: "image",
          range: scope.range,
          items: 0,
          lease: { holder: "me", until: 2_000 },
        },
      });
      expect(await store.standing(COLLECTION, "image")).toEqual(taken.standing);
    });
    test.each([
      ["held by another", "other", 1_099, false],
      ["lapsing at this very moment", "other", 1_100, false],
      ["lapsed", "other", 1_101, true],
      ["the holder's own", "me", 1_050, true],
    ])("a lease that is %s", async (_, holder, now, taken) => {
      await take("me", 1_000);
      const answer = await take(holder, now);
      expect(answer.taken).toBe(taken);
      const lease = taken ? { holder, until: now + 100 } : { holder: "me", until: 1_100 };
      expect(answer.standing.lease).toEqual(lease);
      expect((await standing())?.lease).toEqual(lease);
    });
    test("one of many takes a free scope, and one of many a lapsed one", async () => {
      for (const now of [1_000, 5_000]) {
        const answers = await Promise.all(["a", "b", "c", "d", "e"].map((holder) => take(`${holder}${now}`, now)));
        expect(answers.filter(({ taken }) => taken)).toHaveLength(1);
      }
    });
    test("taking it over keeps what the standing holds", async () => {
      await take("me", 1_000);
      await store.markDirty(ME, instant(5));
      const { standing } = await take("other", 2_000);
      expect(standing).toMatchObject({ dirtySince: instant(5), lease: { holder: "other" } });
    });
    test("renewing prolongs and never shortens", async () => {
      await take("me", 1_000);
      await store.renewLease(ME, 1_200);
      expect((await standing())?.lease?.until).toBe(1_200);
      await store.renewLease(ME, 1_150);
      expect((await standing())?.lease?.until).toBe(1_200);
      await store.renewLease(ME, 1_200);
      expect((await standing())?.lease?.until).toBe(1_200);
    });
    test("who lost the lease is superseded, and writes nothing", async () => {
      await take("me", 1_000);
      await take("other", 2_000);
      const before = await standing();
      await expect(store.renewLease(ME, 9_000)).rejects.toThrow(superseded);
      await expect(store.markDirty(ME, instant(1))).rejects.toThrow(superseded);
      await expect(store.clearDirty(ME)).rejects.toThrow(superseded);
      await expect(store.endSync(ME, COMPLETE)).rejects.toThrow(superseded);
      await expect(store.endSync(ME, FAILED)).rejects.toThrow(superseded);
      expect(await standing()).toEqual(before);
    });
    test("who never had one is superseded", async () => {
      await expect(store.renewLease(ME, 9_000)).rejects.toThrow(superseded);
      await expect(store.endSync(ME, COMPLETE)).rejects.toThrow(superseded);
      expect(await standing()).toBeUndefined();
      expect(await store.collections()).toEqual([]);
    });
  });

  describe("outlines", () => {
    test("are kept by scope, the last that was put", async () => {
      expect(await store.outline(COLLECTION, "all")).toBeUndefined();
      await store.putOutline(COLLECTION, "all", Uint8Array.of(1, 2, 255));
      await store.putOutline(COLLECTION, "all", Uint8Array.of(3, 0));
      await store.putOutline(COLLECTION, "other", new Uint8Array(300_000));
      expect([...((await store.outline(COLLECTION, "all")) ?? [])]).toEqual([3, 0]);
      expect((await store.outline(COLLECTION, "other"))?.length).toBe(300_000);
    });
    test("are not taken for scopes or collections", async () => {
      await store.putOutline(COLLECTION, "all", Uint8Array.of(1));
      expect(await store.standings(COLLECTION)).toEqual([]);
      expect(await store.collections()).toEqual([]);
    });
  });

  describe("the end of a sync", () => {
    beforeEach(async () => {
      await take("me", 1_000);
      await store.markDirty(ME, instant(5));
    });
    const held = [{ count: 2, range: { until: "m" }, reason: "2 of 3", since: instant(9), sample: ["a", "b"] }];
    const base = { collection: COLLECTION, scope: "all", range: {} };

    test("complete gives up lease and dirty mark", async () => {
      await store.endSync(ME, COMPLETE);
      expect(await standing()).toEqual({ ...base, ...COMPLETE });
    });
    test("held keeps when it was last complete, and what is held", async () => {
      await store.endSync(ME, COMPLETE);
      await take("me", 2_000);
      const end: SyncEnd = {
        outcome: "held",
        triedAt: instant(12),
        snapshotAt: instant(11),
        items: 4,
        digest: COMPLETE.digest,
        held,
      };
      await store.endSync(ME, end);
      expect(await standing()).toEqual({ ...base, ...end, completeAt: instant(9) });
    });
    test("clears the listing's digest, or sets it; failed, it keeps it", async () => {
      await store.endSync(ME, { ...COMPLETE, listing: "its digest" });
      expect(await standing()).toEqual({ ...base, ...COMPLETE, listing: "its digest" });
      await take("me", 2_000);
      await store.endSync(ME, FAILED);
      expect(await standing()).toMatchObject({ listing: "its digest" });
      await take("me", 2_000);
      await store.endSync(ME, COMPLETE);
      expect(await standing()).toEqual({ ...base, ...COMPLETE });
    });
    test("complete clears held removals, error and vanished; vanished is set", async () => {
      await store.endSync(ME, { ...COMPLETE, outcome: "held", held, vanished: true });
      expect(await standing()).toMatchObject({ vanished: true, held });
      await take("me", 2_000);
      await store.endSync(ME, FAILED);
      expect(await standing()).toMatchObject({
        held,
        vanished: true,
        error: FAILED.error,
        snapshotAt: instant(8),
        items: 3,
      });
      await take("me", 2_000);
      await store.endSync(ME, COMPLETE);
      expect(await standing()).toEqual({ ...base, ...COMPLETE });
    });
    test("held with nothing in its sample", async () => {
      await store.endSync(ME, {
        ...COMPLETE,
        outcome: "held",
        held: held.map((removals) => ({ ...removals, count: 0, sample: [] })),
      });
      expect((await standing())?.held?.[0]?.sample).toEqual([]);
    });
    test("keeps window and sweep when it failed, and otherwise has those it was given", async () => {
      const windowed = { window: { from: "a", until: "b" }, sweep: { next: "b", since: instant(7) } };
      await store.endSync(ME, { ...COMPLETE, ...windowed });
      expect(await standing()).toEqual({ ...base, ...COMPLETE, ...windowed });
      await take("me", 2_000);
      await store.endSync(ME, FAILED);
      expect(await standing()).toMatchObject(windowed);
      await take("me", 2_000);
      await store.endSync(ME, COMPLETE);
      expect(await standing()).toEqual({ ...base, ...COMPLETE });
    });
    test("failed gives up lease and dirty mark", async () => {
      await store.endSync(ME, FAILED);
      const { abandoned: _, ...failed } = FAILED;
      expect(await standing()).toEqual({ ...base, ...failed, items: 0 });
    });
    test("failed and abandoned keeps lease and dirty mark", async () => {
      await store.endSync(ME, { ...FAILED, abandoned: true });
      const { abandoned: _, ...failed } = FAILED;
      const kept = { lease: { holder: "me", until: 1_100 }, dirtySince: instant(5), dirtyBy: "me" };
      expect(await standing()).toEqual({ ...base, ...failed, ...kept, items: 0 });
    });
    test.each([COMPLETE, { ...COMPLETE, outcome: "held" as const, held }, FAILED])(
      "twice is once: $outcome",
      async (end) => {
        await store.endSync(ME, end);
        const once = await standing();
        await store.endSync(ME, end);
        expect(await standing()).toEqual(once);
      },
    );
    test.each([COMPLETE, FAILED])(
      "the second time leaves another's lease and dirty mark alone: $outcome",
      async (end) => {
        await store.endSync(ME, end);
        await take("other", 2_000);
        await store.markDirty(OTHER, instant(10));
        const before = await standing();
        await store.endSync(ME, end);
        expect(await standing()).toEqual(before);
      },
    );
    test("the second time is superseded once another has ended", async () => {
      await store.endSync(ME, COMPLETE);
      await take("other", 2_000);
      await store.endSync(OTHER, { ...COMPLETE, snapshotAt: instant(12), triedAt: instant(13) });
      await expect(store.endSync(ME, COMPLETE)).rejects.toThrow(superseded);
    });
    test("the dirty mark can be cleared by itself", async () => {
      await store.clearDirty(ME);
      expect(await standing()).toEqual({ ...base, items: 0, lease: { holder: "me", until: 1_100 } });
    });
  });

  describe("plans", () => {
    const failed = { outcome: "failed", triedAt: instant(3), error: { code: "denied", message: "no" } } as const;
    const complete = { outcome: "complete", triedAt: instant(4), completeAt: instant(4) } as const;
    const base = { collection: COLLECTION, scope: PLAN, range: {}, items: 0 };

    test("a failed plan keeps when one was last complete, a complete one clears the error", async () => {
      await store.notePlan(COLLECTION, failed);
      expect(await store.standing(COLLECTION, PLAN)).toEqual({ ...base, ...failed });
      await store.notePlan(COLLECTION, complete);
      expect(await store.standing(COLLECTION, PLAN)).toEqual({ ...base, ...complete });
      await store.notePlan(COLLECTION, failed);
      expect(await store.standing(COLLECTION, PLAN)).toEqual({ ...base, ...failed, completeAt: instant(4) });
    });
  });

  describe("standings and the directory", () => {
    test("an unknown scope has no standing, an unknown collection no standings", async () => {
      expect(await standing()).toBeUndefined();
      expect(await store.standings(COLLECTION)).toEqual([]);
      expect(await store.collections()).toEqual([]);
    });
    test("standings are ordered by scope, and a collection's own", async () => {
      const scopes = ["b", "～", "\u{1F600}", "a"];
      for (const id of scopes) await take("me", 1_000, 2_000, { id, range: {} });
      await store.takeLease({ collection: `${COLLECTION}0`, scope: SCOPE, holder: "me", now: 0, until: 1 });
      const standings = await store.standings(COLLECTION);
      expect(standings.map(({ scope }) => scope)).toEqual(["a", "b", "～", "\u{1F600}"]);
    });
    test("collections are those that a lease was taken in or a plan noted for, once each, in order", async () => {
      for (const collection of ["b/1/r", "a/1/r", "b/1/r"]) {
        await store.takeLease({ collection, scope: SCOPE, holder: "me", now: 0, until: 1 });
      }
      await store.notePlan("c/1/r", { outcome: "complete", triedAt: instant(1), completeAt: instant(1) });
      await store.tick(5);
      expect(await store.collections()).toEqual(["a/1/r", "b/1/r", "c/1/r"]);
    });
    test("the standings of hundreds of long scopes come whole", async () => {
      const ids = Array.from({ length: 400 }, (_, n) => `${String(n).padStart(4, "0")}${"x".repeat(900)}`);
      for (let from = 0; from < ids.length; from += 100) {
        await Promise.all(
          ids.slice(from, from + 100).map((id) => take("me", 0, 1, { id, range: { from: id, until: `${id}0` } })),
        );
      }
      expect((await store.standings(COLLECTION)).map(({ scope }) => scope)).toEqual(ids);
    });
  });

  describe("the clock", () => {
    test("stands at the beginning before its first tick, then at its last", async () => {
      expect(await store.readClock()).toBe(BEGINNING);
      const at = await store.tick(epochMs(instant(1)));
      expect(at).toBe(instant(1));
      expect(await store.readClock()).toBe(at);
    });
    test.each([0, -1, -60_000])("a machine whose clock is off by %i ms gets the next millisecond", async (skew) => {
      await store.tick(1_000_000);
      expect(epochMs(await store.tick(1_000_000 + skew))).toBe(1_000_001);
      expect(epochMs(await store.tick(1_000_002))).toBe(1_000_002);
    });
    test("concurrent ticks are all distinct and later than any before", async () => {
      const before = await store.tick(1_000_000);
      const ticks = await Promise.all(
        Array.from({ length: 40 }, (_, n) => store.tick(1_000_000 + ((n * 7) % 20) - 10)),
      );
      expect(new Set(ticks).size).toBe(40);
      for (const tick of ticks) expect(tick > before).toBe(true);
      expect(await store.readClock()).toBe(ticks.toSorted().at(-1));
    });
  });
}
