import { beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT_ASSOCIATIONS, accountAssociation, MEMBERSHIPS, membership } from "./harness/documents.ts";
import { type ItemBody, type Page, type ProblemBody, walkList } from "./harness/walk.ts";
import { newWorld, RETENTION_DAYS, type World } from "./harness/world.ts";

interface Version {
  readonly version: number;
  readonly state: string;
  readonly kind?: string;
  readonly from: string;
  readonly until?: string;
  readonly differences?: unknown;
  readonly document: unknown;
}

let world: World;
let id: string;

/** Added at 12:00:00, modified at :01, removed at :02, there again at :03. */
beforeEach(async () => {
  world = newWorld();
  const other = membership(2);
  for (const documents of [
    [membership(1), other],
    [membership(1, { status: "REMOVED" }), other],
    [other],
    [membership(1), other],
  ]) {
    await world.sync({ source: MEMBERSHIPS, documents });
    world.advance(1_000);
  }
  const { items } = await world.read<Page<ItemBody>>("/v1/items?limit=1");
  id = items[0]?.id ?? "";
});

const second = (n: number) => `2026-03-01T12:00:0${n}.000Z`;

describe("/v1/items/{id}", () => {
  test("returns the item, and the instant that it shows", async () => {
    expect(await world.read(`/v1/items/${id}`)).toMatchObject({
      id,
      state: "present",
      version: 4,
      firstSeenAt: second(0),
      changedAt: second(3),
      asOf: second(3),
      freshAt: second(3),
      document: { status: "ACTIVE" },
    });
  });

  test.each([
    [second(0), 1],
    ["2026-03-01T12:00:00.999Z", 1],
    [second(1), 2],
    ["2031-01-01", 4],
  ])("at %s answers with version %i", async (at, version) => {
    expect(await world.read(`/v1/items/${id}?at=${at}`)).toMatchObject({ id, version });
  });

  test("of a removed item is 410, with its tombstone and a link to its last version", async () => {
    const response = await world.get(`/v1/items/${id}?at=${second(2)}`);
    expect(response.status).toBe(410);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = (await response.json()) as ProblemBody & { item: ItemBody; lastVersion: string };
    expect(problem).toMatchObject({
      type: "/v1/docs#problem-removed-item",
      status: 410,
      item: {
        id,
        state: "removed",
        removedAt: second(2),
        cause: "not listed",
        version: 3,
        document: { status: "REMOVED" },
      },
    });
    expect(response.headers.get("link")).toBe(`<${problem.lastVersion}>; rel="predecessor-version"`);
    expect(await world.read(problem.lastVersion)).toMatchObject({ id, state: "present", version: 2 });
  });

  test("of an item that was not there yet, or never, is 404", async () => {
    const early = await world.get(`/v1/items/${id}?at=2026-03-01`);
    expect(early.status).toBe(404);
    expect(((await early.json()) as ProblemBody).detail).toContain(second(0));
    const unseen = Buffer.from("cleanrooms.memberships/123456789012/eu-west-1/arn:unseen").toString("base64url");
    for (const path of [`/v1/items/${unseen}`, `/v1/items/${unseen}/history`]) {
      const response = await world.get(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ type: "/v1/docs#problem-unknown-item" });
    }
  });

  test.each([
    "x",
    "AAAA",
    Buffer.from("cleanrooms.memberships/123456789012/eu-west-1/").toString("base64url"),
    Buffer.from("cleanrooms.memberships/12345678901/eu-west-1/a").toString("base64url"),
    Buffer.from("#collections/123456789012/eu-west-1/a").toString("base64url"),
    Buffer.from(`cleanrooms.memberships/123456789012/eu-west-1/${"a".repeat(1_025)}`).toString("base64url"),
    Buffer.concat([Buffer.from("cleanrooms.memberships/123456789012/eu-west-1/"), Buffer.from([0xff])]).toString(
      "base64url",
    ),
    "%ff",
    "%00",
  ])("%s is not an id", async (text) => {
    for (const path of [`/v1/items/${text}`, `/v1/items/${text}/history`]) {
      const response = await world.get(path);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ type: "/v1/docs#problem-invalid-id", parameter: "id" });
    }
  });

  test("reads the item once, and the log once for each version later than the instant", async () => {
    const reads: string[] = [];
    // Without it the item is read as from a store that has no such read: with the same answers.
    const { itemView, ...store } = world.store;
    expect(itemView).toBeDefined();
    const watched = newWorld({
      store: {
        ...store,
        itemsOf(collection, keys) {
          reads.push(`${keys.length} item`);
          return store.itemsOf(collection, keys);
        },
        changesAt(collection, positions) {
          reads.push(`${positions.length} change`);
          return store.changesAt(collection, positions);
        },
      },
    });
    const unknown = Buffer.from("cleanrooms.memberships/123456789012/eu-west-1/none").toString("base64url");
    for (const [path, expected] of [
      [`/v1/items/${id}`, ["1 item"]],
      [`/v1/items/${id}?at=${second(1)}`, ["1 item", "1 change", "1 change"]],
      [`/v1/items/${unknown}`, ["1 item", "1 item"]],
    ] as const) {
      const answer = await watched.get(path);
      expect(reads.splice(0)).toEqual(expected);
      const viewed = await world.get(path);
      expect([viewed.status, await viewed.text()]).toEqual([answer.status, await answer.text()]);
    }
  });
});

test("an item is its newest version that was not discarded, in whatever way it is read", async () => {
  const collection = `${MEMBERSHIPS}/123456789012/eu-west-1`;
  const { itemView: _, ...store } = world.store;
  const plain = newWorld({ store });
  const [[head] = []] = await store.itemsOf(collection, [String(membership(1).arn)]);
  if (!head) throw new Error("the item is not stored");
  const versionAt = (n: number) => ({ ...head, at: second(n), version: n });
  // Two that were discarded, one of them before the item's own, and one that was superseded and came late.
  await store.restore({ versions: [1, 2, 4].map(versionAt) }, new AbortController().signal);
  await store.addDiscards(collection, [second(2), second(4)]);
  for (const at of ["", `?at=${second(3)}`]) {
    const viewed = await world.get(`/v1/items/${id}${at}`);
    expect(await viewed.clone().json()).toMatchObject({ version: 4, changedAt: second(3) });
    expect(await viewed.text()).toBe(await (await plain.get(`/v1/items/${id}${at}`)).text());
  }
  await store.addDiscards(collection, [1, 3].map(second));
  expect((await world.get(`/v1/items/${id}`)).status).toBe(404);
  expect((await plain.get(`/v1/items/${id}`)).status).toBe(404);
});

describe("an item whose log has a gap", () => {
  const withoutChange = async (n: number) => {
    const key = String(membership(1).arn);
    const deletion = { changes: [{ at: second(n), key }] };
    await world.store.delete(`${MEMBERSHIPS}/123456789012/eu-west-1`, deletion, new AbortController().signal);
  };

  test("is reported as damaged where the log should be complete, with what to do", async () => {
    await withoutChange(2);
    expect(await world.read(`/v1/items/${id}?at=${second(2)}`).catch(String)).toContain("410");
    for (const path of [`/v1/items/${id}?at=${second(1)}`, `/v1/items?at=${second(1)}`]) {
      const response = await world.get(path);
      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({
        type: "/v1/docs#problem-damaged",
        detail: expect.stringContaining("`stocktake verify --repair`"),
        errorId: expect.any(String),
      });
    }
    expect(world.errors).toMatchObject([{ code: "damaged" }, { code: "damaged" }]);
  });
});

test.each(["", '{"status":'])(
  "an item whose document is %j is reported as damaged, with what to do",
  async (document) => {
    const key = String(membership(1).arn);
    const [item = []] = await world.store.itemsOf(`${MEMBERSHIPS}/123456789012/eu-west-1`, [key]);
    const versions = item.map((version) => ({ ...version, document }));
    await world.store.restore({ versions }, new AbortController().signal);
    const lists = ["", "?fields=document.status", "?filter=status:ACTIVE", "?sort=document.status", "?format=csv"];
    for (const path of [`/v1/items/${id}`, `/v1/items/${id}/history`, ...lists.map((query) => `/v1/items${query}`)]) {
      const response = await world.get(path);
      expect([path, response.status, await response.json()]).toMatchObject([
        path,
        500,
        { type: "/v1/docs#problem-damaged" },
      ]);
    }
    const message = expect.stringMatching(/^the document of item .* cannot be read: run `stocktake verify --repair`$/);
    for (const error of world.errors) expect(error).toMatchObject({ code: "damaged", message });
  },
);

describe("/v1/items/{id}/history", () => {
  const wanted = [
    { version: 4, state: "present", kind: "added", from: second(3), document: { status: "ACTIVE" } },
    { version: 3, state: "removed", kind: "removed", from: second(2), until: second(3), cause: "not listed" },
    {
      version: 2,
      state: "present",
      kind: "modified",
      from: second(1),
      until: second(2),
      differences: [{ path: "status", before: "ACTIVE", after: "REMOVED" }],
    },
    { version: 1, state: "present", kind: "added", from: second(0), until: second(1), document: { status: "ACTIVE" } },
  ];

  test.each([1, 2, 3, 4, 100])("lists every version, newest first or oldest first, in pages of %i", async (limit) => {
    const { entries, asOf } = await walkList<Version>(world, `/v1/items/${id}/history?limit=${limit}`);
    expect(entries).toMatchObject(wanted);
    expect(entries.map(({ until }) => until)).toEqual(wanted.map(({ until }) => until));
    expect(asOf).toBe(second(3));
    const oldestFirst = await walkList<Version>(world, `/v1/items/${id}/history?limit=${limit}&order=asc`);
    expect(oldestFirst.entries).toEqual(entries.toReversed());
  });

  test("ends with the version of an instant", async () => {
    const { entries, asOf } = await walkList<Version>(world, `/v1/items/${id}/history?limit=1&at=${second(2)}`);
    expect(asOf).toBe(second(2));
    const versions = wanted.slice(1).map(({ version, from }) => ({ version, from }));
    expect(entries.map(({ version, from }) => ({ version, from }))).toEqual(versions);
    expect(entries[0]).not.toHaveProperty("until");
  });

  test("includes the removal of a removed item", async () => {
    await world.sync({ source: MEMBERSHIPS, documents: [] });
    const { entries } = await walkList<Version>(world, `/v1/items/${id}/history`);
    expect(entries.map(({ kind }) => kind)).toEqual(["removed", "added", "removed", "modified", "added"]);
  });

  test("keeps the first page's instant", async () => {
    const walk = (order: string) =>
      walkList<Version>(world, `/v1/items/${id}/history?limit=1&at=${second(3)}&order=${order}`, () =>
        world
          .sync({ source: MEMBERSHIPS, documents: [membership(1, { n: world.now() })] })
          .then(() => world.advance(1)),
      );
    expect((await walk("desc")).entries).toMatchObject(wanted);
    expect((await walk("asc")).entries).toMatchObject(wanted.toReversed());
  });

  test("shows the edge of each version", async () => {
    for (const destination of ["one", "two"]) {
      await world.sync({ source: ACCOUNT_ASSOCIATIONS, documents: [accountAssociation("a", destination)] });
      world.advance(1_000);
    }
    const { items } = await world.read<Page<ItemBody>>(`/v1/items?source=${ACCOUNT_ASSOCIATIONS}`);
    const { entries } = await walkList<ItemBody>(world, `/v1/items/${items[0]?.id}/history`);
    expect(entries.map(({ edge }) => edge?.to)).toEqual(["two", "one"]);
  });

  test("ends with the oldest version that is still in the log", async () => {
    const { store } = world;
    const collection = `${MEMBERSHIPS}/123456789012/eu-west-1`;
    const key = String(membership(1).arn);
    const signal = new AbortController().signal;
    const changes = (...seconds: number[]) => ({ changes: seconds.map((n) => ({ at: second(n), key })) });
    await store.delete(collection, changes(0, 1), signal);
    const { entries } = await walkList<Version>(world, `/v1/items/${id}/history?limit=1`);
    expect(entries.map(({ version, kind, from, until }) => ({ version, kind, from, until }))).toEqual([
      { version: 4, kind: "added", from: second(3), until: undefined },
      { version: 3, kind: "removed", from: second(2), until: second(3) },
      { version: 2, kind: undefined, from: second(1), until: second(2) },
    ]);
    await store.delete(collection, changes(2, 3), signal);
    world.advance(RETENTION_DAYS * 86_400_000);
    expect((await walkList<Version>(world, `/v1/items/${id}/history`)).entries).toMatchObject([{ version: 4 }]);
  });
});
