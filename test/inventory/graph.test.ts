import { describe, expect, test } from "vitest";
import { type GraphWalk, walkGraph } from "../../functions/inventory/graph.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import type { Store } from "../../functions/store/port.ts";
import { COLLECTION, change, instant, item, version } from "../store/records.ts";

const { signal } = new AbortController();
const now: GraphWalk = { start: "a", direction: "out", depth: 10, limit: 100, instants: async () => () => instant(9) };

async function withEdges(...edges: readonly (readonly [key: string, from: string, to: string])[]): Promise<Store> {
  const store = memoryStore();
  await store.writeItems(
    edges.map(([key, from, to]) => item(key, { edge: { from, to } })),
    signal,
  );
  return store;
}

const shown = async (store: Store, more: Partial<GraphWalk> = {}) => {
  const { steps, truncated } = await walkGraph(store, { ...now, ...more });
  return {
    edges: steps.map(({ item, reached }) => `${item.key}${reached ? ` ${reached.node}:${reached.depth}` : ""}`),
    truncated,
  };
};

describe("a walk along edges", () => {
  test("goes round cycles once", async () => {
    const store = await withEdges(["1", "a", "b"], ["2", "b", "a"], ["3", "b", "b"], ["4", "a", "b"]);
    expect(await shown(store)).toEqual({ edges: ["1 b:1", "4", "2", "3"], truncated: false });
    expect((await shown(store, { direction: "both" })).edges.toSorted()).toEqual(["1 b:1", "2", "3", "4"]);
  });

  test("believes no candidate that it has not read as of the instant", async () => {
    const store = await withEdges(["stays", "a", "b"]);
    const moved = item("moved", { version: 2, changedAt: instant(5), edge: { from: "x", to: "y" } });
    await store.writeItems(
      [moved, item("late", { firstSeenAt: instant(5), changedAt: instant(5), edge: { from: "a", to: "z" } })],
      signal,
    );
    const before = version({ edge: { from: "a", to: "c" } });
    await store.writeChanges(
      [
        change(instant(5), "moved", {
          kind: "modified",
          version: 2,
          before,
          previousAt: instant(0),
          formerEdge: { from: "a", to: "c" },
        }),
        change(instant(5), "late"),
      ],
      signal,
    );
    const at = (second: number) => ({ instants: async () => () => instant(second) });
    expect((await shown(store, at(4))).edges).toEqual(["stays b:1", "moved c:1"]);
    expect((await shown(store, at(5))).edges).toEqual(["late z:1", "stays b:1"]);
    expect((await shown(store, { ...at(5), start: "x" })).edges).toEqual(["moved y:1"]);
  });

  test("leaves out removed items, and collections that are not to be looked at", async () => {
    const store = await withEdges(["1", "a", "b"]);
    const removed = { state: "removed", removedAt: instant(1), changedAt: instant(1) } as const;
    await store.writeItems(
      [
        item("2", { edge: { from: "a", to: "c" }, ...removed }),
        item("3", { collection: "x/1/y", edge: { from: "a", to: "d" } }),
      ],
      signal,
    );
    const instants = (collection: string) =>
      collection === COLLECTION ? Promise.resolve(() => instant(9)) : undefined;
    expect(await shown(store, { instants })).toEqual({ edges: ["1 b:1"], truncated: false });
  });

  test("says when a node has more candidates than one walk may read", async () => {
    const store = memoryStore();
    async function* endless() {
      for (;;)
        yield Array.from({ length: 1_000 }, (_, n) => ({ collection: COLLECTION, key: `${Math.random()} ${n}` }));
    }
    expect(await shown({ ...store, edgeCandidates: endless })).toEqual({ edges: [], truncated: true });
  });
});
