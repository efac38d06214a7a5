import { beforeEach, describe, expect, test } from "vitest";
import { type GraphWalk, walkGraph } from "../../functions/inventory/graph.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import type { Instant } from "../../functions/model/instant.ts";
import type { Edge } from "../../functions/model/item.ts";
import type { Store } from "../../functions/store/port.ts";
import { COLLECTION, createHistory, instant, type TestHistory } from "./history.ts";

const everything: GraphWalk = { start: "a", direction: "out", depth: 10, limit: 100, covers: () => true };

let history: TestHistory;

beforeEach(() => {
  history = createHistory();
});

/** Edges as text: `a>b`. */
const edges = (...texts: string[]): { edges: Edge[] } => ({
  edges: texts.map((text) => {
    const [from = "", to = ""] = text.split(">");
    return { from, to };
  }),
});

const shown = async (more: Partial<GraphWalk> & { at?: Instant; through?: Store } = {}) => {
  const { at, through = history.store, ...walk } = more;
  const { steps, truncated } = await walkGraph(await openRead(through, at), { ...everything, ...walk });
  return {
    edges: steps.map(({ item, reached }) => `${item.key}${reached ? ` ${reached.node}:${reached.depth}` : ""}`),
    truncated,
  };
};

describe("a walk along edges", () => {
  test("goes round cycles once", async () => {
    await history.commit(1, { 1: edges("a>b"), 2: edges("b>a"), 3: edges("b>b"), 4: edges("a>b") });
    expect(await shown()).toEqual({ edges: ["1 b:1", "4", "2", "3"], truncated: false });
    expect((await shown({ direction: "both" })).edges.toSorted()).toEqual(["1 b:1", "2", "3", "4"]);
  });

  test("reads every candidate as of the instant, and keeps those that still name the node at that end", async () => {
    await history.commit(1, { stays: edges("a>b"), moved: edges("a>c") });
    await history.commit(5, { moved: edges("x>y"), late: edges("a>z") });
    expect((await shown({ at: instant(4) })).edges).toEqual(["moved c:1", "stays b:1"]);
    expect((await shown({ at: instant(5) })).edges).toEqual(["late z:1", "stays b:1"]);
    expect((await shown({ at: instant(5), start: "x" })).edges).toEqual(["moved y:1"]);
    expect((await shown({ at: instant(5), start: "y" })).edges).toEqual([]);
    expect((await shown({ at: instant(5), start: "y", direction: "in" })).edges).toEqual(["moved x:1"]);
  });

  test("walks every edge of an item that has several, and each once", async () => {
    await history.commit(1, { hub: edges("a>b", "a>c", "d>a", "b>c"), other: edges("c>e") });
    expect((await shown()).edges).toEqual(["hub b:1", "hub c:1", "hub", "other e:2"]);
    expect((await shown({ direction: "in" })).edges).toEqual(["hub d:1"]);
    expect((await shown({ direction: "both" })).edges).toEqual(["hub b:1", "hub c:1", "hub d:1", "hub", "other e:2"]);
    expect(await shown({ limit: 2 })).toEqual({ edges: ["hub b:1", "hub c:1"], truncated: true });
    expect(await shown({ limit: 4 })).toMatchObject({ truncated: false });
  });

  test("leaves out removed items, what was never committed, and collections that are not covered", async () => {
    await history.commit(1, { 1: edges("a>b"), 2: edges("a>c") });
    await history.commit(2, { 2: "removed" });
    await history.write(3, { 3: edges("a>d") });
    expect(await shown()).toEqual({ edges: ["1 b:1"], truncated: false });
    expect(await shown({ covers: (collection) => collection !== COLLECTION })).toEqual({ edges: [], truncated: false });
  });

  test("says when a node has more candidates than one walk may read", async () => {
    async function* endless() {
      for (;;) {
        const page = Array.from({ length: 1_000 }, (_, n) => ({ key: `${Math.random()} ${n}`, edgeAt: instant(1) }));
        yield page.map((candidate) => ({ collection: COLLECTION, ...candidate }));
      }
    }
    const through = { ...history.store, edgeCandidates: endless };
    expect(await shown({ through })).toEqual({ edges: [], truncated: true });
  });
});
