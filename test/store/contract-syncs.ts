import { describe, expect, test } from "vitest";
import { PLAN } from "../../functions/model/collection.ts";
import { type SyncRecord, syncKey } from "../../functions/model/sync-record.ts";
import type { Store, SyncRange } from "../../functions/store/port.ts";
import { COLLECTION, instant, syncRecord } from "./changes.ts";
import { openEach } from "./opened.ts";

export function syncsContract(open: () => Promise<Store>): void {
  describe("the records of syncs", () => {
    const opened = openEach(open);
    const walk = async (range: SyncRange, limit: number) => {
      const keys: string[] = [];
      for (let from = range, pages = 0; pages < 100; pages += 1) {
        const { syncs, next } = await opened.store.syncs(COLLECTION, from, limit);
        expect(syncs.length).toBeLessThanOrEqual(limit);
        keys.push(...syncs.map(syncKey));
        if (next === undefined) return keys;
        from = { ...range, [range.order === "asc" ? "after" : "before"]: next };
      }
      throw new Error("the pages do not end");
    };

    test.each<[string, Partial<SyncRecord>]>([
      [
        "complete",
        { at: instant(3), pages: 4, listed: 5, added: 1, modified: 2, removed: 1, unchanged: 1, retries: 3 },
      ],
      ["held", { kind: "incremental", outcome: "held", pending: 2, pendingReason: "2 of 3 items are missing" }],
      ["failed", { outcome: "failed", error: { code: "throttled", message: "slow \u0000 down" } }],
      ["of a plan", { kind: "plan", scope: PLAN }],
      ["with rejected items", { rejected: 2, rejections: ["é", "\u{1F600}"] }],
      ["of any scope", { scope: "image \u0000 é#%" }],
    ])("come back as they were stored: %s", async (_, set) => {
      await opened.store.recordSync(syncRecord(instant(1), set));
      expect((await opened.store.syncs(COLLECTION, {}, 5)).syncs).toEqual([syncRecord(instant(1), set)]);
    });

    test("are one each, however often they are stored", async () => {
      for (let n = 0; n < 3; n += 1) await opened.store.recordSync(syncRecord(instant(1)));
      expect(await walk({}, 5)).toEqual([`${instant(1)}#all`]);
    });

    test("come newest first, or oldest first, page by page, and each collection's by themselves", async () => {
      for (const second of [2, 1, 3]) {
        for (const scope of ["a", "～", "\u{1F600}"])
          await opened.store.recordSync(syncRecord(instant(second), { scope }));
      }
      await opened.store.recordSync(syncRecord(instant(4), { collection: `${COLLECTION}0` }));
      const expected = [3, 2, 1].flatMap((second) =>
        ["\u{1F600}", "～", "a"].map((scope) => `${instant(second)}#${scope}`),
      );
      for (const limit of [1, 2, 9, 100]) {
        expect(await walk({}, limit)).toEqual(expected);
        expect(await walk({ order: "asc" }, limit)).toEqual(expected.toReversed());
      }
    });

    test.each<[SyncRange, number[]]>([
      [{ since: instant(2) }, [3, 2]],
      [{ since: instant(2.5) }, [3]],
      [{ since: instant(4) }, []],
      [{ before: `${instant(2)}#all` }, [1]],
      [{ before: instant(3) }, [2, 1]],
      [{ before: instant(1) }, []],
      [{ since: instant(2), before: `${instant(3)}#all` }, [2]],
      [{ since: instant(3), before: instant(2) }, []],
      [{ since: instant(2), order: "asc" }, [2, 3]],
      [{ after: `${instant(1)}#all`, order: "asc" }, [2, 3]],
    ])("of %j are those started then", async (range, seconds) => {
      for (const second of [1, 2, 3]) await opened.store.recordSync(syncRecord(instant(second)));
      for (const limit of [1, 100]) {
        expect(await walk(range, limit)).toEqual(seconds.map((second) => `${instant(second)}#all`));
      }
    });

    test("are none of a collection that was never synced", async () => {
      expect(await opened.store.syncs(COLLECTION, {}, 5)).toEqual({ syncs: [] });
    });
  });
}
