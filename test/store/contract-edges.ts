import { describe, expect, test } from "vitest";
import type { Change, Edge, ItemVersion } from "../../functions/model/item.ts";
import type { EdgeEnd, EdgeRef, Store } from "../../functions/store/port.ts";
import { added, COLLECTION, instant, modified, signal } from "./changes.ts";
import { openEach } from "./opened.ts";
import { HOSTILE_KEYS } from "./texts.ts";

const OTHER = "unlike.things/123456789012/us-east-1";

function withEdges(key: string, edges: readonly Edge[], set: Partial<ItemVersion> = {}): Change {
  const { after } = added(key, set.at ?? instant(1));
  return { kind: "added", after: { ...after, edges, ...set } };
}

export function edgesContract(open: () => Promise<Store>): void {
  describe("the candidates for edges", () => {
    const opened = openEach(open);
    const write = (...changes: Change[]) => opened.store.write(changes, signal);
    const forget = (...edges: EdgeRef[]) => opened.store.delete(COLLECTION, { edges }, signal);
    /** Each candidate once: collection, key, and the second of its instant. */
    const candidates = async (end: EdgeEnd, node: string) => {
      const found = new Set<string>();
      for await (const page of opened.store.edgeCandidates(end, node)) {
        for (const { collection, key, edgeAt } of page) {
          found.add(`${collection === COLLECTION ? "" : `${collection} `}${key} ${new Date(edgeAt).getUTCSeconds()}`);
        }
      }
      return [...found].sort();
    };

    test("are the items of any collection that name the node at that end, tombstones too", async () => {
      await write(
        withEdges("1", [{ from: "a", to: "b" }]),
        withEdges("2", [{ from: "a", to: "c", relation: "is" }]),
        withEdges("3", [{ from: "b", to: "a" }]),
        withEdges("4", [{ from: "a", to: "a" }], { state: "removed", cause: "not listed" }),
        withEdges("5", []),
        withEdges("1", [{ from: "a", to: "b" }], { collection: OTHER }),
      );
      expect(await candidates("from", "a")).toEqual(["1 1", "2 1", "4 1", `${OTHER} 1 1`]);
      expect(await candidates("to", "a")).toEqual(["3 1", "4 1"]);
      expect(await candidates("to", "c")).toEqual(["2 1"]);
      expect(await candidates("from", "nothing")).toEqual([]);
      expect(await candidates("from", "")).toEqual([]);
    });

    test("are found by each of an item's edges", async () => {
      const edges = ["x", "y", "z"].map((to) => ({ from: "a", to }));
      await write(withEdges("1", [...edges, ...edges, { from: "z", to: "a", relation: "is" }]));
      expect(await candidates("from", "a")).toEqual(["1 1"]);
      expect(await candidates("from", "z")).toEqual(["1 1"]);
      for (const to of ["x", "y", "z", "a"]) expect(await candidates("to", to)).toEqual(["1 1"]);
    });

    test("are found by each of an item's names as itself, which its version keeps", async () => {
      const named = withEdges("1", [{ from: "a", to: "b" }], { names: ["a", "alias"] });
      await write(named, withEdges("2", [], { names: ["alias"] }));
      expect(await candidates("self", "a")).toEqual(["1 1"]);
      expect(await candidates("self", "alias")).toEqual(["1 1", "2 1"]);
      expect(await candidates("self", "b")).toEqual([]);
      expect(await candidates("from", "alias")).toEqual([]);
      const stored = await opened.store.itemsOf(COLLECTION, ["1", "2"]);
      expect(stored.map(([{ edges, names }]) => ({ edges, names }))).toEqual([
        { edges: [{ from: "a", to: "b" }], names: ["a", "alias"] },
        { edges: [], names: ["alias"] },
      ]);
      await forget({ node: "alias", end: "self", key: "1", edgeAt: instant(1) });
      expect(await candidates("self", "alias")).toEqual(["2 1"]);
      expect(await candidates("self", "a")).toEqual(["1 1"]);
    });

    test("come from the version that introduced the edges, not from later ones that have them still", async () => {
      const { after: first } = withEdges("1", [{ from: "a", to: "b" }]);
      const { after: second } = modified(first, instant(2));
      const third = { ...second, at: instant(3), edges: [{ from: "a", to: "c" }], edgeAt: instant(3) };
      await write(modified(first, instant(2)));
      expect(await candidates("from", "a")).toEqual([]);
      await write({ kind: "added", after: first }, { kind: "modified", before: second, after: third });
      expect(await candidates("from", "a")).toEqual(["1 1", "1 3"]);
      expect(await candidates("to", "b")).toEqual(["1 1"]);
      expect(await candidates("to", "c")).toEqual(["1 3"]);
    });

    test("stay when versions and changes are deleted, and go by themselves, however often", async () => {
      await write(withEdges("1", [{ from: "a", to: "b" }]), withEdges("2", [{ from: "a", to: "b" }]));
      const records = ["1", "2"].map((key) => ({ key, at: instant(1) }));
      await opened.store.delete(COLLECTION, { versions: records, changes: records }, signal);
      expect(await candidates("from", "a")).toEqual(["1 1", "2 1"]);
      const edge: EdgeRef = { node: "a", end: "from", key: "1", edgeAt: instant(1) };
      await forget(
        { ...edge, edgeAt: instant(2) },
        { ...edge, end: "to" },
        { ...edge, node: "b" },
        { ...edge, key: "3" },
      );
      expect(await candidates("from", "a")).toEqual(["1 1", "2 1"]);
      await forget(edge, edge);
      await forget(edge);
      expect(await candidates("from", "a")).toEqual(["2 1"]);
      expect(await candidates("to", "b")).toEqual(["1 1", "2 1"]);
    });

    test("do not change when they are written again, and are deleted all the same", async () => {
      const change = withEdges("1", [{ from: "a", to: "b" }]);
      await write(change);
      await write(change, change);
      await opened.store.delete(COLLECTION, { changes: [{ at: instant(1), key: "1" }] }, signal);
      await write(change);
      expect(await candidates("from", "a")).toEqual(["1 1"]);
      await forget({ node: "a", end: "from", key: "1", edgeAt: instant(1) });
      expect(await candidates("from", "a")).toEqual([]);
    });

    test("are found by hostile nodes, and of hostile keys", async () => {
      await write(...HOSTILE_KEYS.map((text) => withEdges(text, [{ from: text, to: "hub" }])));
      for (const text of HOSTILE_KEYS) expect(await candidates("from", text)).toEqual([`${text} 1`]);
      expect(await candidates("to", "hub")).toHaveLength(HOSTILE_KEYS.length);
      await forget(
        ...HOSTILE_KEYS.map((text) => ({ node: text, end: "from" as const, key: text, edgeAt: instant(1) })),
      );
      for (const text of HOSTILE_KEYS) expect(await candidates("from", text)).toEqual([]);
    });

    test("are all found when they fill more than a page", async () => {
      // More than a page holds: of SQLite's a thousand, of DynamoDB's a megabyte.
      const hub = "hub".repeat(600);
      const many = Array.from({ length: 1_050 }, (_, n) => withEdges(`${n}`, [{ from: hub, to: `${n % 7}` }]));
      await write(...many);
      expect(await candidates("from", hub)).toHaveLength(many.length);
    });

    test("can be looked up one by one", async () => {
      await write(withEdges("1", [{ from: "a", to: "b" }]), withEdges("2", [{ from: "a", to: "a" }]));
      const at = { edgeAt: instant(1) };
      const there: EdgeRef[] = [
        { node: "a", end: "from", key: "1", ...at },
        { node: "b", end: "to", key: "1", ...at },
        { node: "a", end: "to", key: "2", ...at },
      ];
      const absent: EdgeRef[] = [
        { node: "b", end: "from", key: "1", ...at },
        { node: "a", end: "from", key: "1", edgeAt: instant(2) },
        { node: "a", end: "from", key: "3", ...at },
      ];
      const found = await opened.store.edgesAt(COLLECTION, [...absent, ...there]);
      expect(new Set(found)).toEqual(new Set(there));
      expect(found).toHaveLength(there.length);
      expect(await opened.store.edgesAt(OTHER, there)).toEqual([]);
      expect(await opened.store.edgesAt(COLLECTION, [])).toEqual([]);
    });
  });
}
