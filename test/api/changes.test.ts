import { beforeEach, describe, expect, test } from "vitest";
import { scopeOfFirstPart } from "../../functions/model/collection.ts";
import { IMAGE_ASSOCIATIONS, imageAssociation, MEMBERSHIPS, membership } from "./harness/documents.ts";
import { type ChangeBody, type ProblemBody, walkList } from "./harness/walk.ts";
import { newWorld, RETENTION_DAYS, type World } from "./harness/world.ts";

let world: World;

/** Two memberships at :00, one modified at :01, one removed at :02, another region's added at :03, an image's at :04. */
beforeEach(async () => {
  world = newWorld();
  for (const documents of [
    [membership(1, { tags: ["a"] }), membership(2)],
    [membership(1, { tags: ["b", "c"], status: undefined }), membership(2)],
    [membership(1, { tags: ["b", "c"], status: undefined })],
  ]) {
    await world.sync({ source: MEMBERSHIPS, documents });
    world.advance(1_000);
  }
  await world.sync({ source: MEMBERSHIPS, region: "eu-west-2", documents: [membership(3)] });
  world.advance(1_000);
  const scope = scopeOfFirstPart("wsi-1");
  await world.sync({ source: IMAGE_ASSOCIATIONS, scope, documents: [imageAssociation("wsi-1", "app-1")] });
});

const second = (n: number) => `2026-03-01T12:00:0${n}.000Z`;
const kinds = async (query: string) => {
  const { entries } = await walkList<ChangeBody>(world, `/v1/changes?${query}`);
  return entries.map(({ kind, at }) => `${kind} ${at.slice(17, 19)}`);
};

describe("/v1/changes", () => {
  test.each([
    ["", ["added 00", "added 00", "modified 01", "removed 02", "added 03", "added 04"]],
    ["limit=1", ["added 00", "added 00", "modified 01", "removed 02", "added 03", "added 04"]],
    [`since=${second(0)}`, ["modified 01", "removed 02", "added 03", "added 04"]],
    [`since=${second(0)}&until=${second(2)}&limit=1`, ["modified 01", "removed 02"]],
    [`until=${second(1)}`, ["added 00", "added 00", "modified 01"]],
    [`until=${second(1)}&since=${second(1)}`, []],
    ["kind=added", ["added 00", "added 00", "added 03", "added 04"]],
    ["kind=removed&limit=1", ["removed 02"]],
    [`source=${IMAGE_ASSOCIATIONS}`, ["added 04"]],
    ["region=eu-west-2", ["added 03"]],
    ["scope=wsi-1", ["added 04"]],
    ["account=000000000000", []],
    ["since=1970-01-01", ["added 00", "added 00", "modified 01", "removed 02", "added 03", "added 04"]],
    [`since=${second(4)}`, []],
    ["since=2027-01-01", []],
    ["order=desc", ["added 04", "added 03", "removed 02", "modified 01", "added 00", "added 00"]],
    ["order=desc&limit=1", ["added 04", "added 03", "removed 02", "modified 01", "added 00", "added 00"]],
    ["order=asc&limit=1", ["added 00", "added 00", "modified 01", "removed 02", "added 03", "added 04"]],
    [`order=desc&since=${second(0)}&until=${second(3)}&limit=2`, ["added 03", "removed 02", "modified 01"]],
    ["order=desc&kind=added&limit=1", ["added 04", "added 03", "added 00", "added 00"]],
    ["initial=false", ["modified 01", "removed 02"]],
    ["initial=false&order=desc&limit=1", ["removed 02", "modified 01"]],
    ["initial=true&kind=modified", ["modified 01"]],
    ["q=wsi-1", ["added 04"]],
    ["q=membership/0001&order=desc", ["modified 01", "added 00"]],
    ["filter=tags:c", ["modified 01"]],
  ])("?%s", async (query, wanted) => {
    expect(await kinds(query)).toEqual(wanted);
  });

  test("in order of time are counted, and are one list over all collections whatever is synced between two pages", async () => {
    expect(await world.read("/v1/changes?order=desc&limit=1&count=true&kind=added")).toMatchObject({ count: 4 });
    expect(await world.read("/v1/changes?count=true&initial=false")).toMatchObject({ count: 2 });
    let n = 10;
    for (const order of ["asc", "desc"]) {
      const whole = await walkList<ChangeBody>(world, `/v1/changes?order=${order}`);
      const pages = await walkList<ChangeBody>(world, `/v1/changes?order=${order}&limit=1`, async () => {
        world.advance(1_000);
        n += 1;
        await world.sync({ source: MEMBERSHIPS, documents: [membership(1), membership(n)] });
      });
      expect(pages).toMatchObject({ entries: whole.entries, asOf: whole.asOf });
    }
  });

  test("of a scope that was empty when it was first listed are all shown without first listings", async () => {
    const scope = scopeOfFirstPart("wsi-2");
    const source = IMAGE_ASSOCIATIONS;
    await world.sync({ source, scope, documents: [] });
    world.advance(1_000);
    await world.sync({ source, scope, documents: [imageAssociation("wsi-2", "app-1")] });
    expect(await kinds("initial=false&scope=wsi-2")).toEqual(["added 05"]);
  });

  test("a modification shows what differs, with the values before and after", async () => {
    const { entries } = await walkList<ChangeBody>(world, `/v1/changes?until=${second(2)}&since=${second(0)}`);
    expect(entries).toEqual([
      {
        at: second(1),
        kind: "modified",
        id: expect.any(String),
        shortId: expect.any(String),
        source: MEMBERSHIPS,
        account: "123456789012",
        region: "eu-west-1",
        scope: "all",
        key: membership(1).arn,
        version: 2,
        previousAt: second(0),
        differences: [
          { path: "status", before: "ACTIVE" },
          { path: "tags[0]", before: "a", after: "b" },
          { path: "tags[1]", after: "c" },
        ],
        document: expect.objectContaining({ tags: ["b", "c"] }),
      },
      expect.objectContaining({
        at: second(2),
        kind: "removed",
        cause: "not listed",
        version: 2,
        previousAt: second(0),
        document: membership(2),
      }),
    ]);
    expect(entries[1]).not.toHaveProperty("differences");
  });

  test("uses the same ids as /v1/items", async () => {
    const { entries } = await walkList<ChangeBody>(world, "/v1/changes?kind=modified");
    expect(await world.read(`/v1/items/${entries[0]?.id}`)).toMatchObject({ key: membership(1).arn, version: 2 });
  });

  test("states in asOf how far the log was read", async () => {
    expect((await walkList(world, "/v1/changes")).asOf).toBe(second(4));
    expect((await walkList(world, `/v1/changes?until=${second(1)}`)).asOf).toBe(second(1));
    expect((await walkList(world, "/v1/changes?until=2030-01-01")).asOf).toBe(second(4));
    expect((await walkList(world, "/v1/changes?since=2030-01-01")).asOf).toBe(second(4));
    expect((await walkList(world, `/v1/changes?source=${MEMBERSHIPS}&since=${second(4)}`)).asOf).toBe(second(4));
  });

  test("stops before a sync that died, and continues without its writes once its scope is taken over", async () => {
    const listing = { source: MEMBERSHIPS, documents: [membership(8), membership(9)], approveRemovals: true };
    const stopped = await world.stopAfter(2, listing);
    world.advance(40_000);
    await world.sync({ source: MEMBERSHIPS, region: "eu-west-2", documents: [membership(4)] });
    const { entries, asOf } = await walkList<ChangeBody>(world, "/v1/changes");
    expect([entries.length, asOf < second(5)]).toEqual([6, true]);
    await world.settle();
    expect(await kinds(`since=${asOf}`)).toEqual(["removed 44", "added 44"]);
    expect(await stopped.resume()).toBeUndefined();
    expect(await kinds(`since=${asOf}`)).toEqual(["removed 44", "added 44"]);
  });

  test("omits items that were only reindexed when the source's version changed", async () => {
    world.advance(1_000);
    const redeclared = { version: 2, edges: () => [{ from: "a", to: "b" }] };
    const documents = [membership(1, { tags: ["b", "c"], status: undefined }), membership(7)];
    const { at } = await world.sync({ source: MEMBERSHIPS, documents, redeclared });
    expect(await kinds(`since=${second(4)}`)).toEqual(["added 05"]);
    expect(await world.read(`/v1/graph?node=a`)).toMatchObject({ asOf: at, edges: [{ to: "b" }, { to: "b" }] });
  });

  test("a since outside the retention period is rejected, unless it precedes the whole log", async () => {
    world.advance((RETENTION_DAYS + 1) * 86_400_000);
    await world.sync({ source: MEMBERSHIPS, documents: [] });
    const response = await world.get(`/v1/changes?since=${second(1)}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as ProblemBody).parameter).toBe("since");
    expect((await world.get("/v1/changes?since=1970-01-01")).status).toBe(200);
  });
});
