import { describe, expect, test } from "vitest";
import type { CollectionRecord } from "../../functions/model/collection-record.ts";
import type { Store } from "../../functions/store/port.ts";
import { COLLECTION, collectionRecord, instant } from "./changes.ts";
import { openEach } from "./opened.ts";

const FULL: Partial<CollectionRecord> = {
  ...{ status: "retired", nextAt: 1_700_000_000_123, nextIncrementalAt: 1_700_000_000_000, failures: 3, quiet: 2 },
  claim: { id: "worker:1", at: 1_699_999_999_999, expires: 1_700_000_999_999 },
  ...{ startedAt: 1_699_999_999_000, failure: "interrupted", pending: 4 },
  hint: { at: instant(1), event: "AddAssociation", principal: "arn:aws:iam::123456789012:role/é" },
  plan: { lastAttemptAt: instant(2), lastCompleteAt: instant(1), error: { code: "denied", message: "no" } },
  freshAt: instant(3),
  ...{ totals: { items: 5, scopes: 3, failed: 1, unavailable: 1 }, syncedAt: 1_699_999_999_500 },
  ...{ endedAt: instant(4), request: { at: 1_699_999_999_000, approveRemovals: true } },
};

export function collectionsContract(open: () => Promise<Store>): void {
  describe("a collection's record", () => {
    const opened = openEach(open);
    const stored = () => opened.store.collectionRecord(COLLECTION);
    const named = async (...services: string[]) =>
      (await opened.store.collectionRecords(services)).map(({ collection }) => collection);

    test("is absent until one is stored", async () => {
      expect(await stored()).toBeUndefined();
      expect(await named("test")).toEqual([]);
    });

    test("is replaced by the next revision only", async () => {
      expect(await opened.store.putCollectionRecord(collectionRecord(2))).toBe(false);
      for (const revision of [1, 2]) {
        expect(await opened.store.putCollectionRecord(collectionRecord(revision))).toBe(true);
      }
      for (const revision of [1, 2, 4]) {
        expect(await opened.store.putCollectionRecord(collectionRecord(revision, { failures: 9 }))).toBe(false);
      }
      expect(await stored()).toEqual(collectionRecord(2));
    });

    test("counts as stored when the same is put again, until the next one is", async () => {
      await opened.store.putCollectionRecord(collectionRecord(1, FULL));
      expect(await opened.store.putCollectionRecord(collectionRecord(1, FULL))).toBe(true);
      await opened.store.putCollectionRecord(collectionRecord(2));
      expect(await opened.store.putCollectionRecord(collectionRecord(1, FULL))).toBe(false);
      expect(await stored()).toEqual(collectionRecord(2));
    });

    test("is claimed by exactly one of many that race", async () => {
      await opened.store.putCollectionRecord(collectionRecord(1));
      const claims = Array.from({ length: 10 }, (_, n) =>
        collectionRecord(2, { claim: { id: `${n}`, at: n, expires: n } }),
      );
      const won = await Promise.all(claims.map((record) => opened.store.putCollectionRecord(record)));
      expect(won.filter((each) => each)).toHaveLength(1);
      expect(await stored()).toEqual(claims[won.indexOf(true)]);
    });

    test("comes back as it was put, and keeps nothing of the one before", async () => {
      await opened.store.putCollectionRecord(collectionRecord(1, FULL));
      expect(await stored()).toEqual(collectionRecord(1, FULL));
      expect(await opened.store.collectionRecords(["test"])).toEqual([collectionRecord(1, FULL)]);
      await opened.store.putCollectionRecord(collectionRecord(2));
      expect(await stored()).toEqual(collectionRecord(2));
    });

    test("is listed with those of the services asked for, in order of collection", async () => {
      const collections = [
        "b.things/1/r",
        "a.things/2/r",
        "b.other/1/r",
        "a.things/1/r",
        "c.things/1/r",
        "b-c.things/1/r",
      ];
      for (const collection of [...collections, "c/1/r", "ab.things/1/r"]) {
        await opened.store.putCollectionRecord(collectionRecord(1, { collection }));
      }
      expect(await named("a")).toEqual(["a.things/1/r", "a.things/2/r"]);
      expect(await named("c", "b")).toEqual(["b.other/1/r", "b.things/1/r", "c.things/1/r", "c/1/r"]);
      expect(await named("b", "b-c")).toEqual(["b-c.things/1/r", "b.other/1/r", "b.things/1/r"]);
      expect(await named("a", "none", "a")).toEqual(["a.things/1/r", "a.things/2/r"]);
      expect(await named()).toEqual([]);
      const eventual = await opened.store.collectionRecords(["c", "b"], { consistency: "eventual" });
      expect(eventual.map(({ collection }) => collection)).toEqual(await named("c", "b"));
    });
  });
}
