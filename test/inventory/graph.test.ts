import { beforeEach, describe, expect, test } from "vitest";
import { findPaths, type GraphWalk, openGraph, type PathSearch, walkGraph } from "../../functions/inventory/graph.ts";
import type { GraphRules } from "../../functions/inventory/nodes.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import type { Instant } from "../../functions/model/instant.ts";
import type { Edge } from "../../functions/model/item.ts";
import type { Store } from "../../functions/store/port.ts";
import { COLLECTION, createHistory, instant, type TestHistory } from "./history.ts";

const everything: GraphWalk = { start: "a", direction: "out", depth: 10, limit: 100 };
/** An item's names are what it answers to; its key is what people call it. */
const RULES: GraphRules = {
  covers: () => true,
  leadsUpstream: () => false,
  factsOf: ({ key, names = [] }) => (names.length > 0 ? { names, name: key, type: "thing" } : undefined),
};

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

/** Edges as text, and what an item answers to. */
const named = (names: readonly string[], ...texts: string[]) => ({ ...edges(...texts), names });

interface Options extends Partial<GraphWalk> {
  readonly at?: Instant;
  readonly through?: Store;
  readonly rules?: Partial<GraphRules>;
}

const shown = async ({ at, through = history.store, rules, ...walk }: Options = {}) => {
  const graph = openGraph(await openRead(through, at), { ...RULES, ...rules });
  const { steps, truncated } = await walkGraph(graph, { ...everything, ...walk });
  return {
    edges: steps.map(({ item, reached }) => `${item.key}${reached ? ` ${reached.node.node}:${reached.depth}` : ""}`),
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
    expect(await shown({ rules: { covers: (collection) => collection !== COLLECTION } })).toEqual({
      edges: [],
      truncated: false,
    });
  });

  test("says when a node has more candidates than one walk may read", async () => {
    async function* endless(end: string) {
      while (end !== "self") {
        const page = Array.from({ length: 1_000 }, (_, n) => ({ key: `${Math.random()} ${n}`, edgeAt: instant(1) }));
        yield page.map((candidate) => ({ collection: COLLECTION, ...candidate }));
      }
    }
    const through = { ...history.store, edgeCandidates: endless };
    expect(await shown({ through })).toEqual({ edges: [], truncated: true });
  });

  test("takes the names of one thing for one node, as of the instant", async () => {
    await history.commit(1, {
      job: named(["job"]),
      component: named(["tc", "job"], "tc>job"),
      data: edges("data>tc"),
      model: edges("job>model"),
    });
    await history.commit(5, { component: named(["tc", "other"]) });
    expect((await shown({ start: "data", at: instant(4) })).edges).toEqual(["data job:1", "model model:2"]);
    expect((await shown({ start: "tc", direction: "both", at: instant(4) })).edges).toEqual([
      "model model:1",
      "data data:1",
    ]);
    expect((await shown({ start: "data", at: instant(5) })).edges).toEqual(["data tc:1"]);
  });

  test("takes the ends of a SameAs edge for one node, through others", async () => {
    const same = (from: string, to: string) => ({ names: [from, to], edges: [{ from, to, relation: "SameAs" }] });
    const rules = { factsOf: () => undefined };
    await history.commit(1, { 1: edges("x>a"), 2: same("a", "b"), 3: same("c", "b"), 4: edges("c>y") });
    expect((await shown({ start: "x", rules })).edges).toEqual(["1 a:1", "4 y:2"]);
    await history.commit(2, { 3: "removed" });
    expect((await shown({ start: "x", rules })).edges).toEqual(["1 a:1"]);
  });

  test("says what a node is, what it was once it is removed, and what nothing answers to", async () => {
    await history.commit(1, { it: named(["a", "alias"]), 1: edges("alias>b") });
    await history.commit(5, { it: "removed" });
    const startAt = async (second: number, start: string) => {
      const graph = openGraph(await openRead(history.store, instant(second)), RULES);
      const { node, names, facts, item, dangling } = (await walkGraph(graph, { ...everything, start })).start;
      return { node, names, name: facts?.name, state: item?.state, dangling };
    };
    const present = { node: "a", names: ["a", "alias"], name: "it", state: "present", dangling: false };
    expect(await startAt(4, "alias")).toEqual(present);
    expect(await startAt(5, "alias")).toEqual({
      ...{ node: "alias", names: ["alias"], name: "it", state: "removed", dangling: true },
    });
    expect(await startAt(4, "b")).toEqual({
      ...{ node: "b", names: ["b"], name: undefined, state: undefined, dangling: true },
    });
  });

  test("goes downstream and upstream, whichever way an item states its edges", async () => {
    await history.commit(1, { 1: edges("workspace>bundle"), 2: edges("bundle>image"), 3: edges("image>application") });
    const rules = { leadsUpstream: () => true };
    const from = (start: string, direction: GraphWalk["direction"]) => shown({ start, direction, rules });
    expect((await from("image", "downstream")).edges).toEqual(["2 bundle:1", "1 workspace:2"]);
    expect((await from("image", "upstream")).edges).toEqual(["3 application:1"]);
    expect((await shown({ start: "image", direction: "downstream" })).edges).toEqual(["3 application:1"]);
  });
});

describe("paths", () => {
  const found = async (search: Partial<PathSearch>, more: { at?: Instant } = {}) => {
    const graph = openGraph(await openRead(history.store, more.at), RULES);
    const wanted: PathSearch = { from: "a", to: "d", direction: "out", depth: 10, limit: 10, ...search };
    const { paths, truncated } = await findPaths(graph, wanted);
    for (const { nodes, edges } of paths) expect(edges).toHaveLength(nodes.length - 1);
    return { paths: paths.map(({ nodes }) => nodes.map(({ node }) => node).join("")).sort(), truncated };
  };

  test("are all the shortest ones, over names of one thing, as of the instant", async () => {
    await history.commit(1, {
      1: edges("a>b", "a>b", "a>c", "b>d", "c>d", "a>x", "x>y", "y>d", "d>a"),
      2: named(["d", "D"], "e>D"),
    });
    await history.commit(5, { 1: edges("a>b", "b>c", "c>D") });
    expect(await found({}, { at: instant(4) })).toEqual({ paths: ["abd", "acd"], truncated: false });
    expect(await found({ limit: 1 }, { at: instant(4) })).toMatchObject({ truncated: true });
    expect(await found({})).toEqual({ paths: ["abcd"], truncated: false });
    expect(await found({ depth: 2 })).toEqual({ paths: [], truncated: false });
    expect(await found({ to: "e" })).toEqual({ paths: [], truncated: false });
    expect(await found({ to: "e", direction: "both" })).toEqual({ paths: ["abcde"], truncated: false });
    expect(await found({ from: "D" })).toEqual({ paths: ["d"], truncated: false });
  });
});
