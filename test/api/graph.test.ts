import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EPOCH } from "../../functions/model/instant.ts";
import { ACCOUNT_ASSOCIATIONS, ASSOCIATIONS, accountAssociation, association } from "./harness/documents.ts";
import type { ItemBody, Page } from "./harness/walk.ts";
import { newWorld, type World } from "./harness/world.ts";

interface Graph {
  readonly nodes: readonly { readonly node: string; readonly depth: number }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly relation?: string;
    readonly itemId: string;
  }[];
  readonly truncated: boolean;
  readonly asOf: string;
}

type Edge = readonly [from: string, to: string];
type Direction = "out" | "in" | "both";

/** The same walk over a list of edges, done without thinking. */
function naively(edges: readonly Edge[], start: string, direction: Direction, depth: number) {
  const depths = new Map([[start, 0]]);
  const walked = new Set<Edge>();
  for (let away = 1; away <= depth; away += 1) {
    const nodes = [...depths].filter(([, at]) => at === away - 1).map(([node]) => node);
    for (const edge of edges) {
      const [from, to] = edge;
      const along = (direction !== "in" && nodes.includes(from)) || (direction !== "out" && nodes.includes(to));
      if (!along) continue;
      walked.add(edge);
      for (const node of edge) if (!depths.has(node)) depths.set(node, away);
    }
  }
  return { nodes: [...depths].map(String).sort(), edges: [...walked].map(String).sort() };
}

const shapeOf = ({ nodes, edges }: Graph) => ({
  nodes: nodes.map(({ node, depth }) => `${node},${depth}`).sort(),
  edges: edges.map(({ from, to }) => `${from},${to}`).sort(),
});

const node = fc.constantFrom("n0", "n1", "n2", "n3", "n4", "n5");
const edge = fc.tuple(node, node);
/** Edges that items keep as long as they are, and edges that move: an account association may lead elsewhere. */
const state = fc.record({
  fixed: fc.uniqueArray(edge, { selector: String, maxLength: 10 }),
  moving: fc.dictionary(fc.constantFrom("n0", "n1", "n2"), node, { maxKeys: 3 }),
});

describe("/v1/graph", () => {
  test("equals a naive walk over the edges of the instant", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(state, { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(node, fc.constantFrom<Direction>("out", "in", "both"), fc.integer({ min: 1, max: 10 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (states, walks) => {
          const world = newWorld();
          const past: { at: string; edges: Edge[] }[] = [];
          for (const { fixed, moving } of states) {
            world.advance(1_000);
            const moved = Object.entries(moving);
            await world.sync({
              source: ASSOCIATIONS,
              documents: fixed.map(([from, to]) => association(from, to)),
              approveRemovals: true,
            });
            const documents = moved.map(([from, to]) => accountAssociation(from, to));
            await world.sync({ source: ACCOUNT_ASSOCIATIONS, documents, approveRemovals: true });
            const { asOf } = await world.read<Graph>("/v1/graph?node=n0");
            if (asOf !== EPOCH) past.push({ at: asOf, edges: [...fixed, ...moved] });
          }
          for (const { at, edges } of past) {
            for (const [start, direction, depth] of walks) {
              const graph = await world.read<Graph>(
                `/v1/graph?node=${start}&direction=${direction}&depth=${depth}&at=${at}`,
              );
              expect(shapeOf(graph)).toEqual(naively(edges, start, direction, depth));
              expect(graph).toMatchObject({ truncated: false, asOf: at });
            }
          }
          expect(world.errors).toEqual([]);
          await world.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  const chain = async (length: number): Promise<World> => {
    const world = newWorld();
    const documents = Array.from({ length }, (_, n) => association(`arn:${n}`, `arn:${n + 1}`));
    await world.sync({ source: ASSOCIATIONS, documents });
    return world;
  };

  test("returns nodes with their depth, and edges with the items that state them", async () => {
    const world = await chain(3);
    const { items } = await world.read<Page<ItemBody>>("/v1/items?limit=1");
    expect(await world.read("/v1/graph?node=arn:0&depth=2")).toEqual({
      nodes: [
        { node: "arn:0", dangling: true, names: ["arn:0"], depth: 0 },
        { node: "arn:1", dangling: true, names: ["arn:1"], depth: 1 },
        { node: "arn:2", dangling: true, names: ["arn:2"], depth: 2 },
      ],
      edges: [
        {
          from: "arn:0",
          to: "arn:1",
          relation: "ContributedTo",
          itemId: items[0]?.id,
          source: ASSOCIATIONS,
          account: "123456789012",
          region: "eu-west-1",
        },
        expect.objectContaining({ from: "arn:1", to: "arn:2" }),
      ],
      truncated: false,
      asOf: "2026-03-01T12:00:00.000Z",
      freshAt: "2026-03-01T12:00:00.000Z",
    });
  });

  test("follows one edge outwards by default", async () => {
    const world = await chain(4);
    expect(shapeOf(await world.read<Graph>("/v1/graph?node=arn:2"))).toEqual({
      nodes: ["arn:2,0", "arn:3,1"],
      edges: ["arn:2,arn:3"],
    });
  });

  test("starts at the node that an item's edge starts from", async () => {
    const world = await chain(3);
    const { items } = await world.read<Page<ItemBody>>("/v1/items");
    expect(await world.read(`/v1/graph?node=${items[1]?.id}`)).toMatchObject({
      nodes: [{ node: "arn:1" }, { node: "arn:2" }],
    });
    const unseen = Buffer.from(`${ASSOCIATIONS}/123456789012/eu-west-1/x`).toString("base64url");
    const response = await world.get(`/v1/graph?node=${unseen}`);
    expect(response.status).toBe(404);
  });

  test("says what its nodes are, and takes any name of one, an item's id or what people call it", async () => {
    const world = newWorld();
    const arn = (id: string) => `arn:aws:sagemaker:eu-west-1:123456789012:artifact/${id}`;
    const artifact = (id: string, name: string) => ({
      ...{ ArtifactArn: arn(id), ArtifactName: name, ArtifactType: "Model", CreationTime: "2026-02-01T00:00:00.000Z" },
      Source: { SourceUri: `s3://bucket/${id}` },
    });
    const source = "sagemaker.artifacts";
    await world.sync({ source, documents: [artifact("0", "churn"), artifact("1", "twin"), artifact("2", "twin")] });
    await world.sync({ source: ASSOCIATIONS, documents: [association("arn:0", "s3://bucket/0")] });
    const { items } = await world.read<Page<ItemBody & { shortId: string }>>(`/v1/items?source=${source}&limit=1`);
    const [item] = items;
    const churn = {
      ...{ node: arn("0"), name: "churn", type: "Model", itemId: item?.id, dangling: false },
      names: [arn("0"), "s3://bucket/0"],
    };
    for (const node of [arn("0"), "s3://bucket/0", item?.id, item?.shortId, "churn"]) {
      const graph = await world.read<Graph>(`/v1/graph?node=${node}&direction=in`);
      expect(graph).toMatchObject({ nodes: [{ ...churn, depth: 0 }, { node: "arn:0" }] });
      expect(shapeOf(graph).edges).toEqual([`arn:0,${arn("0")}`]);
    }
    const twins = await world.get("/v1/graph?node=twin");
    expect(twins.status).toBe(400);
    expect(((await twins.json()) as { detail: string }).detail).toBe(
      `node "twin" is the name of 2 things: name one of them: Model ${arn("1")}, Model ${arn("2")}`,
    );
    world.advance(1_000);
    const { at } = await world.sync({ source, documents: [artifact("1", "twin"), artifact("2", "twin")] });
    const { names: _names, node: _node, ...gone } = churn;
    expect(await world.read<Graph>("/v1/graph?node=s3://bucket/0")).toMatchObject({
      nodes: [{ ...gone, node: "s3://bucket/0", names: ["s3://bucket/0"], removedAt: at, dangling: true }],
    });
  });

  test("returns the requested fields of the items that state the edges, as of the instant", async () => {
    const world = newWorld();
    const edges = async (query: string) =>
      (await world.read<{ edges: readonly { readonly item?: object }[] }>(`/v1/graph?node=a&${query}`)).edges;
    const listed = async (state: string) => {
      const documents = [accountAssociation("a", "b", { AssociationState: state })];
      return (await world.sync({ source: ACCOUNT_ASSOCIATIONS, documents })).at;
    };
    const then = await listed("CREATING");
    world.advance(1_000);
    await listed("DELETING");
    const fields = "fields=version,document.AssociationState";
    expect((await edges(fields)).map(({ item }) => item)).toEqual([
      { version: 2, document: { AssociationState: "DELETING" } },
    ]);
    expect((await edges(`${fields}&at=${then}`)).map(({ item }) => item)).toEqual([
      { version: 1, document: { AssociationState: "CREATING" } },
    ]);
    expect((await edges("fields=document.Nothing")).map(({ item }) => item)).toEqual([{}]);
    expect((await edges("depth=1"))[0]).not.toHaveProperty("item");
    expect((await world.get("/v1/graph?node=a&fields=colour")).status).toBe(400);
  });

  test("of a node without edges is that node alone", async () => {
    expect(await (await chain(1)).read("/v1/graph?node=nothing&direction=both&depth=10")).toMatchObject({
      nodes: [{ node: "nothing", depth: 0 }],
      edges: [],
      truncated: false,
    });
  });

  test("sets truncated only when edges are missing", async () => {
    const world = newWorld();
    const spokes = Array.from({ length: 30 }, (_, n) => association("hub", `spoke:${n}`));
    await world.sync({ source: ASSOCIATIONS, documents: spokes });
    for (const [limit, truncated] of [
      [1, true],
      [29, true],
      [30, false],
      [31, false],
      [5000, false],
    ] as const) {
      const graph = await world.read<Graph>(`/v1/graph?node=hub&depth=10&direction=both&limit=${limit}`);
      expect(graph.truncated).toBe(truncated);
      expect(graph.edges).toHaveLength(Math.min(limit, 30));
      expect(graph.nodes).toHaveLength(Math.min(limit, 30) + 1);
    }
  });

  test("never returns more than Lambda can return", async () => {
    const world = newWorld();
    const name = (n: number) => `"${"\\".repeat(950)}${n}"`;
    await world.sync({
      source: ACCOUNT_ASSOCIATIONS,
      documents: Array.from({ length: 1_000 }, (_, n) => accountAssociation(`${n}`, name(n))),
    });
    await world.sync({
      source: ASSOCIATIONS,
      documents: Array.from({ length: 1_000 }, (_, n) => association("hub", `${n}`)),
    });
    const walk = async (fields: string) => {
      const response = await world.get(`/v1/graph?node=hub&depth=2&limit=5000${fields}`);
      const body = await response.text();
      expect(Buffer.byteLength(JSON.stringify({ statusCode: 200, body }))).toBeLessThan(5_600_000);
      const graph = JSON.parse(body) as Graph;
      expect(graph.truncated).toBe(true);
      const nodes = new Set(graph.nodes.map(({ node }) => node));
      expect(graph.edges.every(({ from, to }) => nodes.has(from) && nodes.has(to))).toBe(true);
      return graph.edges.length;
    };
    expect(await walk("&fields=document")).toBeLessThan(await walk(""));
  });
});
