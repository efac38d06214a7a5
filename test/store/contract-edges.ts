import { beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../functions/store/port.ts";
import { COLLECTION, change, instant, item, version } from "./records.ts";

const { signal } = new AbortController();
const OTHER = "unlike.things/123456789012/us-east-1";

export function edgesContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });

  describe("the candidates for edges", () => {
    const candidates = async (end: "from" | "to", node: string) => {
      const found = new Set<string>();
      for await (const places of store.edgeCandidates(end, node)) {
        for (const { collection, key } of places) found.add(`${collection} ${key}`);
      }
      return [...found].sort();
    };

    test("are the items of any collection with the node at that end, tombstones too", async () => {
      const removed = { state: "removed", removedAt: instant(1), cause: "not listed" } as const;
      const items = [
        item("1", { edge: { from: "a", to: "b" } }),
        item("2", { edge: { from: "a", to: "c", relation: "is" } }),
        item("3", { edge: { from: "b", to: "a" } }),
        item("4", { edge: { from: "a", to: "a" }, ...removed }),
        item("5"),
        item("1", { collection: OTHER, edge: { from: "a", to: "b" } }),
      ];
      await store.writeItems(items, signal);
      expect(await candidates("from", "a")).toEqual([
        `${COLLECTION} 1`,
        `${COLLECTION} 2`,
        `${COLLECTION} 4`,
        `${OTHER} 1`,
      ]);
      expect(await candidates("to", "a")).toEqual([`${COLLECTION} 3`, `${COLLECTION} 4`]);
      expect(await candidates("to", "c")).toEqual([`${COLLECTION} 2`]);
      expect(await candidates("from", "nothing")).toEqual([]);
    });

    test("are also those whose edge had it before a change", async () => {
      const moved = change(instant(1), "key#with#parts", {
        kind: "modified",
        before: version({ edge: { from: "a", to: "b" } }),
        formerEdge: { from: "a", to: "b" },
      });
      const kept = change(instant(1), "kept", { kind: "modified", before: version({ edge: { from: "a", to: "b" } }) });
      await store.writeChanges([moved, kept], signal);
      expect(await store.changes(COLLECTION, [moved])).toEqual([moved]);
      expect(await candidates("from", "a")).toEqual([`${COLLECTION} key#with#parts`]);
      expect(await candidates("to", "b")).toEqual([`${COLLECTION} key#with#parts`]);
      expect(await candidates("to", "a")).toEqual([]);
      await store.deleteChanges(COLLECTION, [moved], signal);
      expect(await candidates("from", "a")).toEqual([]);
    });

    test("are all told of, however many they are", async () => {
      const many = Array.from({ length: 2_500 }, (_, n) =>
        item(`${n}`, { edge: { from: "hub".repeat(300), to: `${n}` } }),
      );
      await store.writeItems(many, signal);
      expect(await candidates("from", "hub".repeat(300))).toHaveLength(2_500);
    });
  });
}
