import { describe, expect, test } from "vitest";
import { scopeOfFirstPart } from "../../functions/model/collection.ts";
import { IMAGE_ASSOCIATIONS, imageAssociation, MEMBERSHIPS, membership } from "./harness/documents.ts";
import { type ItemBody, type Page, type ProblemBody, walkList } from "./harness/walk.ts";
import { newWorld, RETENTION_DAYS, type World } from "./harness/world.ts";

const DAY = 86_400_000;

async function withMemberships(): Promise<World> {
  const world = newWorld();
  const tags = [
    { Key: "team", Value: "ml" },
    { Key: "env", Value: "prod" },
  ];
  const documents = [
    membership(1, { abilities: ["CAN_QUERY", "CAN_RECEIVE_RESULTS"], tags, "dotted.name": true }),
    membership(2, { status: "REMOVED", count: 3, tags: tags.slice(1) }),
    membership(3, { abilities: [], payment: { queryCompute: { isResponsible: true } } }),
    membership(4),
  ];
  await world.sync({ source: MEMBERSHIPS, documents });
  world.advance(1_000);
  await world.sync({ source: MEMBERSHIPS, documents: documents.slice(0, 3) });
  return world;
}

const ids = async (world: World, query: string) => {
  const { items } = await world.read<Page<ItemBody>>(`/v1/items?${query}`);
  return items.map(({ document }) => Number(document.id));
};

describe("/v1/items", () => {
  test("shows items as they are stored", async () => {
    const world = await withMemberships();
    const { items, asOf, freshAt } = await world.read<Page<ItemBody>>("/v1/items?limit=1");
    expect([asOf, freshAt]).toEqual(["2026-03-01T12:00:01.000Z", "2026-03-01T12:00:01.000Z"]);
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^[\w-]+$/),
        shortId: expect.stringMatching(/^[0-9a-f]{12}$/),
        source: MEMBERSHIPS,
        account: "123456789012",
        region: "eu-west-1",
        scope: "all",
        key: "arn:aws:cleanrooms:eu-west-1:123456789012:membership/0001",
        state: "present",
        version: 1,
        firstSeenAt: "2026-03-01T12:00:00.000Z",
        changedAt: "2026-03-01T12:00:00.000Z",
        edge: {
          from: "arn:aws:cleanrooms:eu-west-1:123456789012:membership/0001",
          to: "arn:aws:cleanrooms:eu-west-1:210987654321:collaboration/1",
          relation: "MemberOf",
        },
        document: expect.objectContaining({ id: "0001", "dotted.name": true }),
      },
    ]);
  });

  test.each([
    ["", [1, 2, 3]],
    ["state=present", [1, 2, 3]],
    ["state=removed", [4]],
    ["state=all", [1, 2, 3, 4]],
    ["filter[status]=REMOVED", [2]],
    ["filter[status]=REMOVED&filter[status]=ACTIVE", [1, 2, 3]],
    ["filter[count]=3", [2]],
    ["filter[dotted\\.name]=true", [1]],
    ["filter[abilities]=CAN_QUERY", [1]],
    ["filter[abilities[1]]=CAN_QUERY", []],
    ["filter[tags.Key]=env", [1, 2]],
    ["filter[tags.Key]=team&filter[tags.Value]=ml&filter[status]=ACTIVE", [1]],
    ["filter[tags[0].Key]=env", [2]],
    ["filter[payment.queryCompute.isResponsible]=true", [3]],
    ["filter[status]=REMOVED&filter[count]=4", []],
    ["filter[nothing]=x", []],
    ["filter=status:REMOVED", [2]],
    ["filter=status:removed", []],
    ["filter=status:~removed", [2]],
    ["filter=status!:REMOVED", [1, 3]],
    ["filter=status~ctiv", [1, 3]],
    ["filter=arn^ARN:aws:clean,status:ACTIVE", [1, 3]],
    ["filter=arn^cleanrooms", []],
    ["filter=arn~MEMBERSHIP/0002", [2]],
    ["filter=status:REMOVED,status:ACTIVE", [1, 2, 3]],
    ["filter=status!:REMOVED,status!:ACTIVE", []],
    ["filter=status:ACTIVE&filter[tags.Key]=team", [1]],
    ["filter=tags.Value!:ml", [2, 3]],
    ["filter=dotted\\.name:true", [1]],
    ["filter=arn:arn:aws:cleanrooms:eu-west-1:123456789012:membership/0001", [1]],
    ["q=membership/0002", [2]],
    ["q=ACTIVE", [1, 3]],
    ["q=ac", [1, 3]],
    ["q=active membership/0003", [3]],
    ["q=0004&state=removed", [4]],
    ["q=0004&at=2026-03-01T12:00:00Z", [4]],
    ["q=cleanrooms.memberships&filter=status:ACTIVE", [1, 3]],
    ["q=active&order=desc", [3, 1]],
    ["order=desc", [3, 2, 1]],
    ["order=desc&limit=2", [3, 2]],
    ["sort=changedAt&order=desc&state=all&limit=1", [4]],
    ["sort=document.status&order=asc", [1, 3, 2]],
    ["sort=document.count", [2, 1, 3]],
    ["sort=document.count&order=desc", [2, 3, 1]],
    ["sort=name&order=desc&limit=2", [3, 2]],
    ["sort=key&order=desc", [3, 2, 1]],
    ["filter%5Bstatus%5D=REMOVED", [2]],
    ["state=removed&filter[status]=ACTIVE", [4]],
    ["source=iot.account-associations", []],
    ["account=000000000000", []],
    ["region=us-east-1", []],
    ["scope=all", [1, 2, 3]],
    ["scope=another", []],
    ["at=2026-03-01T12:00:00Z", [1, 2, 3, 4]],
    ["at=2026-03-01T13:00:00%2B01:00", [1, 2, 3, 4]],
    ["at=2026-03-01T12:00:00.999Z&state=removed", []],
    ["at=2026-02-27", []],
    ["at=2030-01-01", [1, 2, 3]],
  ])("?%s", async (query, wanted) => {
    expect(await ids(await withMemberships(), query)).toEqual(wanted);
  });

  test("pages of any order are those of one list", async () => {
    const world = newWorld();
    for (const region of ["eu-west-1", "us-east-1"]) {
      const documents = Array.from({ length: 9 }, (_, n) =>
        membership(n, { n: n % 4, ...(n === 5 && { n: undefined }) }),
      );
      await world.sync({ source: MEMBERSHIPS, region, documents });
      world.advance(1_000);
    }
    for (const query of [
      "order=desc",
      "sort=document.n",
      "sort=document.n&order=desc",
      "sort=changedAt",
      "q=active&order=desc",
    ]) {
      const { items } = await world.read<Page<ItemBody>>(`/v1/items?${query}`);
      expect(items).toHaveLength(18);
      expect((await walkList<ItemBody>(world, `/v1/items?${query}&limit=4`)).entries, query).toEqual(items);
    }
    const key = ({ region, document: { n, id } }: ItemBody) => `${n} ${region} ${id}`;
    const sorted = (await walkList<ItemBody>(world, "/v1/items?sort=document.n&limit=5")).entries.map(key);
    expect(sorted).toEqual(
      sorted.toSorted((a, b) => (a.startsWith("u") !== b.startsWith("u") ? (a < b ? -1 : 1) : a < b ? -1 : 1)),
    );
  });

  test.each([
    ["", 3],
    ["state=all", 4],
    ["at=2026-03-01T12:00:00Z", 4],
    ["filter=status:ACTIVE", 2],
    ["q=active", 2],
    ["limit=1", 3],
    ["source=iot.account-associations", 0],
  ])("with count=true says how many there are on all pages: ?%s", async (query, count) => {
    const world = await withMemberships();
    expect(await world.read(`/v1/items?count=true&${query}`)).toMatchObject({ count });
  });

  test("says so when no document has the path of a condition", async () => {
    const world = await withMemberships();
    const warnings = async (query: string) =>
      (await world.read<{ warnings?: string[] }>(`/v1/items?${query}`)).warnings;
    expect(await warnings("filter=Status:ACTIVE")).toEqual([
      'No document read for this page has the path "Status": they have abilities, arn, collaborationArn, count, createTime, ' +
        "dotted.name, id, payment, status, tags",
    ]);
    expect(await warnings("filter[tags.key]=x")).toHaveLength(1);
    for (const known of ["filter=status:NONE", "filter[tags.Key]=none", "filter=payment~x", "q=none"]) {
      expect(await warnings(known)).toBeUndefined();
    }
  });

  test("takes instants that are relative to now, and a walk goes on as of its beginning", async () => {
    const world = await withMemberships();
    world.advance(3_600_000);
    const asOf = async (at: string) => (await world.read<Page<ItemBody>>(`/v1/items?at=${at}`)).asOf;
    expect(await asOf("60m")).toBe("2026-03-01T12:00:01.000Z");
    expect(await asOf("3601s")).toBe("2026-03-01T12:00:00.000Z");
    expect(await asOf("yesterday")).toBe("2026-02-28T00:00:00.000Z");
    expect(await asOf("today")).toBe("2026-03-01T00:00:00.000Z");
    const changes = "/v1/changes?since=3601s&order=desc&limit=1";
    const first = await world.read<Page<unknown>>(changes.replace("3601s", "3602s"));
    world.advance(86_400_000);
    const { items } = await world.read<Page<unknown>>(
      `${changes.replace("3601s", "3602s")}&cursor=${first.nextCursor}`,
    );
    expect(items).toHaveLength(1);
  });

  test("are found by their short ids, wherever an id is taken", async () => {
    const world = await withMemberships();
    const { items } = await world.read<Page<ItemBody & { shortId: string }>>("/v1/items?state=all");
    for (const { id, shortId } of items.slice(0, 3)) {
      expect(await world.read(`/v1/items/${shortId}`)).toEqual(await world.read(`/v1/items/${id}`));
      expect(await world.read(`/v1/items/${shortId}/history`)).toEqual(await world.read(`/v1/items/${id}/history`));
      expect(await world.read(`/v1/graph?node=${shortId}`)).toEqual(await world.read(`/v1/graph?node=${id}`));
    }
    expect((await world.get(`/v1/items/${items[3]?.shortId}`)).status).toBe(410);
    const unknown = await world.get("/v1/items/0123456789ab");
    expect([unknown.status, (await unknown.json()) as ProblemBody]).toMatchObject([
      404,
      { detail: expect.stringContaining("0123456789ab") },
    ]);
    // A store without an index reads the keys.
    const { itemsOfShortId: _, searchCandidates: __, ...bare } = world.store;
    const scanning = newWorld({ store: bare });
    expect(await scanning.read(`/v1/items/${items[1]?.shortId}`)).toMatchObject({ id: items[1]?.id });
  });

  test("with fields returns those, and the id", async () => {
    const world = await withMemberships();
    const fields = async (names: string) =>
      (await world.read<Page<ItemBody>>(`/v1/items?limit=1&fields=${names}`)).items[0];
    expect(await fields("key")).toEqual({ id: expect.any(String), key: expect.any(String) });
    expect(await fields("id,state,document.tags.Key,document.dotted\\.name")).toEqual({
      id: expect.any(String),
      state: "present",
      document: { tags: [{ Key: "team" }, { Key: "env" }], "dotted.name": true },
    });
    expect(await fields("document.nothing,removedAt")).toEqual({ id: expect.any(String) });
    expect(await fields("document")).toEqual({
      id: expect.any(String),
      document: expect.objectContaining({ id: "0001" }),
    });
  });

  test("of one scope reads only its keys", async () => {
    const world = newWorld();
    for (const image of ["wsi-1", "wsi-10", "wsi-2"]) {
      const documents = [imageAssociation(image, "app-1"), imageAssociation(image, "app-2")];
      await world.sync({ source: IMAGE_ASSOCIATIONS, scope: scopeOfFirstPart(image), documents });
    }
    const { entries } = await walkList<ItemBody>(world, "/v1/items?scope=wsi-1&limit=1");
    expect(entries.map(({ key }) => key)).toEqual(["wsi-1#app-1", "wsi-1#app-2"]);
  });

  test("reads no more than the page needs", async () => {
    const pages: number[] = [];
    const world = newWorld();
    await world.sync({ source: MEMBERSHIPS, documents: Array.from({ length: 50 }, (_, n) => membership(n)) });
    const { store } = world;
    const watched = newWorld({
      store: {
        ...store,
        items(collection, range, page) {
          pages.push(page.limit);
          return store.items(collection, range, page);
        },
      },
    });
    await walkList<ItemBody>(watched, "/v1/items?limit=20");
    expect(pages).toEqual([20, 20, 20]);
  });

  test("fills a page from a store that returns fewer rows than requested", async () => {
    const asked: number[] = [];
    const world = newWorld();
    await world.sync({ source: MEMBERSHIPS, documents: Array.from({ length: 25 }, (_, n) => membership(n)) });
    const { store } = world;
    const watched = newWorld({
      store: {
        ...store,
        async items(collection, range, page) {
          asked.push(page.limit);
          return store.items(collection, range, { ...page, limit: Math.min(page.limit, 4) });
        },
      },
    });
    const first = await watched.read<Page<ItemBody>>("/v1/items?limit=10");
    expect(first.items).toHaveLength(10);
    expect(asked).toEqual([10, 6, 2]);
    // Where not all that is read is answered, more is read than is wanted still.
    await world.sync({
      source: MEMBERSHIPS,
      documents: Array.from({ length: 12 }, (_, n) => membership(2 * n + 1)),
      approveRemovals: true,
    });
    asked.length = 0;
    await watched.read<Page<ItemBody>>("/v1/items?limit=5");
    expect(asked).toEqual([5, 200, 200]);
    const whole = await world.read<Page<ItemBody>>("/v1/items?limit=1000");
    expect((await walkList<ItemBody>(watched, "/v1/items?limit=10")).entries).toEqual(whole.items);
  });

  test("never returns more than Lambda can return", async () => {
    const world = newWorld();
    const quotes = '"\\'.repeat(40_000);
    const documents = Array.from({ length: 60 }, (_, n) =>
      membership(n, { text: n % 2 ? quotes : "é".repeat(80_000) }),
    );
    await world.sync({ source: MEMBERSHIPS, documents });
    const sizes: number[] = [];
    let cursor = "";
    let found = 0;
    do {
      const response = await world.get(`/v1/items?limit=1000${cursor}`);
      const text = await response.text();
      sizes.push(Buffer.byteLength(JSON.stringify({ statusCode: 200, body: text })));
      const page = JSON.parse(text) as Page<ItemBody>;
      found += page.items.length;
      cursor = page.nextCursor ? `&cursor=${page.nextCursor}` : "";
    } while (cursor);
    expect(found).toBe(60);
    expect(Math.max(...sizes)).toBeLessThan(5_500_000);
    expect(sizes.length).toBeLessThan(8);
  });

  test("rejects an instant outside the retention period, unless nothing has changed since", async () => {
    const world = newWorld();
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1)] });
    world.advance((RETENTION_DAYS + 10) * DAY);
    // Nothing has changed since that instant, so it is what there is.
    expect(await ids(world, "at=2026-03-02")).toEqual([1]);
    await world.sync({ source: MEMBERSHIPS, documents: [membership(2)] });
    const response = await world.get("/v1/items?at=2026-03-02");
    expect(response.status).toBe(400);
    const problem = (await response.json()) as ProblemBody;
    expect(problem).toMatchObject({ type: "/v1/docs#problem-beyond-retention", parameter: "at" });
    expect(problem.detail).toContain("90 days");
    expect(await ids(world, "")).toEqual([2]);
  });

  test("continues a walk whose collection has become stale", async () => {
    const world = newWorld();
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1), membership(2)] });
    world.advance((RETENTION_DAYS + 10) * DAY);
    const { nextCursor } = await world.read<Page<ItemBody>>("/v1/items?limit=1");
    expect(await ids(world, `limit=1&cursor=${nextCursor}`)).toEqual([2]);
    await world.sync({ source: MEMBERSHIPS, documents: [membership(3)] });
    const response = await world.get(`/v1/items?limit=1&cursor=${nextCursor}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ parameter: "cursor", type: "/v1/docs#problem-beyond-retention" });
  });

  test("states in freshAt when the stalest collection was last listed", async () => {
    const world = newWorld();
    const freshAt = async (query: string) => (await world.read<Page<ItemBody>>(`/v1/items?${query}`)).freshAt;
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1)] });
    world.advance(1_000);
    await world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: [] });
    expect(await freshAt("")).toBe("2026-03-01T12:00:00.000Z");
    expect(await freshAt("region=us-east-1")).toBe("2026-03-01T12:00:01.000Z");
    expect(await freshAt(`source=${MEMBERSHIPS}&account=123456789012&region=us-east-1`)).toBe(
      "2026-03-01T12:00:01.000Z",
    );
    world.advance(1_000);
    // Nothing new: `asOf` stays, `freshAt` goes on.
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1)] });
    const page = await world.read<Page<ItemBody>>("/v1/items?region=eu-west-1");
    expect([page.asOf, page.freshAt]).toEqual(["2026-03-01T12:00:00.000Z", "2026-03-01T12:00:02.000Z"]);
    await world.sync({ source: MEMBERSHIPS, region: "eu-west-2", documents: [], fails: new Error("no") });
    expect(await freshAt("")).toBeUndefined();
    expect(await freshAt("region=eu-west-3")).toBeUndefined();
  });

  test("is empty before any sync was complete", async () => {
    const world = newWorld();
    expect(await world.read("/v1/items")).toEqual({ items: [], asOf: "1970-01-01T00:00:00.000Z" });
    await world.stopAfter(2, { source: MEMBERSHIPS, documents: [membership(1), membership(2)] });
    const { items, asOf } = await world.read<Page<ItemBody>>("/v1/items?state=all");
    expect(items).toEqual([]);
    // The mark of the sync that writes holds readers back, just below its instant.
    expect(asOf).toBe("2026-03-01T11:59:59.999Z");
  });
});
