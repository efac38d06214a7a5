import { beforeAll, describe, expect, test } from "vitest";
import { createLocalApi } from "../../cli/local-api.ts";
import { openGraph } from "../../functions/inventory/graph.ts";
import { readItems } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import { nodeOf } from "../../functions/model/node.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { SimulatedAccount } from "../../simulator/account.ts";
import { withStored } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { useWorld } from "./world.ts";

/*
 * The account that the demo seeds, with less lineage in it.
 */
const world = useWorld({ associations: 400 }, { once: true, run: runInProcess });
/** Before a deployment to the endpoint was taken back. */
let then: string;
let endpoint: { readonly EndpointArn: string; readonly EndpointName: string };
let wanted: { readonly before: readonly string[]; readonly now: readonly string[] };

interface Node {
  readonly node: string;
  readonly name?: string;
  readonly type?: string;
  readonly itemId?: string;
  readonly dangling: boolean;
  readonly depth: number;
}

beforeAll(async () => {
  const { account, sync } = world();
  expect(await sync()).toMatchObject({ code: 0 });
  then = new Date().toISOString();
  takeBackDeployment(account);
  expect(await sync("--source", "sagemaker.associations", "--source", "sagemaker.actions")).toMatchObject({ code: 0 });
});

/** Takes back a deployment without which an endpoint has less data behind it. */
function takeBackDeployment(account: SimulatedAccount): void {
  for (const context of [...account.contexts].filter(({ ContextType }) => ContextType === "Endpoint")) {
    const found = [...account.endpoints].find(({ EndpointArn }) => EndpointArn === context.Source?.SourceUri);
    if (!found) continue;
    const before = trainingData(account, found.EndpointArn);
    for (const deployed of [...account.associations].filter((each) => each.DestinationArn === context.ContextArn)) {
      const action = account.actions.find("ActionArn", deployed.SourceArn);
      if (!action) continue;
      account.associations.remove(deployed);
      account.actions.remove(action);
      endpoint = found;
      wanted = { before, now: trainingData(account, found.EndpointArn) };
      if (wanted.now.length < before.length) return;
      account.associations.put(deployed);
      account.actions.put(action);
    }
  }
  throw new Error("the account has no deployment with data behind it");
}

/** Everything within ten steps upstream of an endpoint that is a data set, by the account itself. */
function trainingData(account: SimulatedAccount, start: string): string[] {
  const same: (readonly [string | undefined, string | undefined])[] = [
    ...[...account.contexts].map((each) => [each.ContextArn, each.Source?.SourceUri] as const),
    ...[...account.trialComponents].map(
      (each) => [each.TrialComponentArn, each.TrialComponentSource?.SourceArn] as const,
    ),
  ];
  const flows: (readonly [string | undefined, string | undefined])[] = [
    ...[...account.actions].map((each) => [each.ActionArn, each.Source?.SourceUri] as const),
  ];
  for (const { ArtifactArn, Source } of account.artifacts) {
    (Source?.SourceUri?.startsWith("arn:") ? flows : same).push([ArtifactArn, Source?.SourceUri]);
  }
  for (const { SourceArn, DestinationArn, AssociationType } of account.associations) {
    (AssociationType === "SameAs" ? same : flows).push([SourceArn, DestinationArn]);
  }
  const reached = new Set<string>();
  const reach = (names: readonly string[]) => {
    for (const name of names) reached.add(name);
    for (let size = 0; size < reached.size; ) {
      size = reached.size;
      for (const [a, b] of same) {
        if (a !== undefined && b !== undefined && reached.has(a) !== reached.has(b)) reached.add(a).add(b);
      }
    }
  };
  reach([start]);
  for (let depth = 1; depth <= 10; depth += 1) {
    reach(flows.flatMap(([from, to]) => (from !== undefined && to !== undefined && reached.has(to) ? [from] : [])));
  }
  const data = [...account.artifacts].filter(({ ArtifactType, ArtifactArn }) => {
    return ArtifactType === "DataSet" && reached.has(ArtifactArn);
  });
  return data.map(({ ArtifactName = "" }) => ArtifactName).sort();
}

const asked = <Body>(request: string) =>
  withStored(world().env, async (store) => {
    const answer = await createLocalApi(store, { retentionDays: 400 }).request(request);
    return { status: answer.status, body: (await answer.json()) as Body };
  });
const dataSets = (nodes: readonly Node[]) =>
  nodes.filter(({ type }) => type === "DataSet").map(({ name }) => name ?? "");

describe("the lineage of the demo's account", () => {
  test("ends in no node without a name", async () => {
    await withStored(world().env, async (store) => {
      const snapshot = await openRead(store, then);
      const records = await Promise.all(
        SOURCES.map(async (source) => {
          const collection = `${source.id}/123456789012/eu-west-1`;
          return (await readItems(snapshot, collection, {}, { limit: 10_000 })).rows;
        }),
      );
      const ends = [...new Set(records.flat().flatMap(({ edges }) => edges.flatMap(({ from, to }) => [from, to])))];
      expect(ends.length).toBeGreaterThan(500);
      const paths = new Map(SOURCES.map(({ id, nodePaths }) => [id, nodePaths]));
      const dangling: string[] = [];
      for (let from = 0; from < ends.length; from += 500) {
        const { nodes } = openGraph(snapshot, {
          ...{ covers: () => true, leadsUpstream: () => false },
          factsOf: ({ collection, document }) => {
            const declared = paths.get(collection.split("/")[0] ?? "");
            return declared && nodeOf(declared, JSON.parse(document));
          },
        });
        const some = ends.slice(from, from + 500);
        expect(await nodes.read(some)).toBe(true);
        dangling.push(...some.filter((name) => nodes.nodeOf(name).dangling));
      }
      expect(dangling).toEqual([]);
    });
  });

  test("says in one request which data trained the models behind an endpoint, as of an instant", async () => {
    expect(wanted.before.length).toBeGreaterThan(wanted.now.length);
    const query = (at: string) => `/v1/graph?node=${endpoint.EndpointName}&direction=upstream&depth=10&limit=5000${at}`;
    const { body } = await asked<{ nodes: Node[]; truncated: boolean }>(query(`&at=${then}`));
    expect(dataSets(body.nodes).sort()).toEqual(wanted.before);
    expect(body.truncated).toBe(false);
    expect(body.nodes[0]).toMatchObject({ node: endpoint.EndpointArn, type: "endpoint", state: "InService", depth: 0 });
    expect(body.nodes.filter(({ dangling, itemId }) => dangling || itemId === undefined)).toEqual([]);
    const now = await asked<{ nodes: Node[] }>(query(""));
    expect(dataSets(now.body.nodes).sort()).toEqual(wanted.now);
  });

  test("and in one command", async () => {
    const { stdout, stderr, code } = await world().run(
      "lineage",
      endpoint.EndpointName,
      "--at",
      then,
      "--upstream",
      "--limit",
      "5000",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(`endpoint ${endpoint.EndpointName} (InService)  ${endpoint.EndpointArn}`);
    const named = lines.flatMap((line) => /^[│├└─ ]+DataSet (\S+) {2}/.exec(line)?.[1] ?? []);
    expect([...new Set(named)].sort()).toEqual(wanted.before);
    const json = await world().run("lineage", endpoint.EndpointName, "--at", then, "--json");
    const nodes = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Node);
    expect(dataSets(nodes).sort()).toEqual(wanted.before);
    const unknown = await world().run("lineage", "no-such-endpoint");
    expect(unknown).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^stocktake: Nothing is known of no-such-endpoint as of /),
    });
  });

  test("leads from data to the endpoint, whatever it is called", async () => {
    const [data = ""] = wanted.before;
    const { Source } = [...world().account.artifacts].find(({ ArtifactName }) => ArtifactName === data) ?? {};
    const uri = encodeURIComponent(Source?.SourceUri ?? "");
    const { body } = await asked<{ paths: { nodes: string[] }[]; nodes: Node[] }>(
      `/v1/paths?from=${uri}&to=${endpoint.EndpointName}&direction=downstream&at=${then}`,
    );
    expect(body.paths.length).toBeGreaterThan(0);
    for (const { nodes } of body.paths) expect(nodes.at(-1)).toBe(endpoint.EndpointArn);
    expect(body.nodes.map(({ node, name }) => (node === body.paths[0]?.nodes[0] ? name : ""))).toContain(data);
    const impact = await asked<{ types: { type: string; count: number; nodes: Node[] }[]; count: number }>(
      `/v1/impact?node=${data}&limit=100&at=${then}`,
    );
    const endpoints = impact.body.types.find(({ type }) => type === "endpoint");
    expect(endpoints?.nodes.map(({ name }) => name)).toContain(endpoint.EndpointName);
    expect(impact.body.types.reduce((sum, { count }) => sum + count, 0)).toBe(impact.body.count);
  });
});
