import { beforeEach, describe, expect, test } from "vitest";
import { scopeOfFirstPart } from "../../functions/model/collection.ts";
import { SyncError } from "../../functions/model/errors.ts";
import {
  ACCOUNT_ASSOCIATIONS,
  IMAGE_ASSOCIATIONS,
  imageAssociation,
  MEMBERSHIPS,
  membership,
} from "./harness/documents.ts";
import { type Page, walkList } from "./harness/walk.ts";
import { LEASE_MS, newWorld, sourceNamed, type World } from "./harness/world.ts";

const MINUTE = 60_000;
const sources = [sourceNamed(MEMBERSHIPS), sourceNamed(IMAGE_ASSOCIATIONS), sourceNamed(ACCOUNT_ASSOCIATIONS)];

interface Scope {
  readonly id: string;
  readonly stale: boolean;
  readonly syncing: boolean;
}

interface Collection {
  readonly account: string;
  readonly region: string;
  readonly stale: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly plan?: { readonly outcome: string; readonly stale: boolean };
  readonly scopes: readonly Scope[];
}

interface Source {
  readonly id: string;
  readonly node?: { readonly type: string };
  readonly collections: readonly Collection[];
}

let world: World;

beforeEach(() => {
  world = newWorld({ sources });
});

const images = ["wsi-1", "wsi-2", "wsi-3"].map(scopeOfFirstPart);
const syncImage = (scope: (typeof images)[number], more = {}) =>
  world.sync({ source: IMAGE_ASSOCIATIONS, scope, documents: [imageAssociation(scope.id, "app")], ...more });
const collectionOf = async (source: string) => {
  const { items } = await world.read<Page<Source>>(`/v1/sources?source=${source}`);
  return items[0]?.collections[0];
};

describe("/v1/sources", () => {
  test("names every source, also those that were never synced", async () => {
    const { items } = await world.read<Page<Source>>("/v1/sources");
    expect(items.map(({ id, collections }) => [id, collections.length])).toEqual(sources.map(({ id }) => [id, 0]));
    expect(items[0]).toMatchObject({
      operation: "Clean Rooms ListMemberships",
      intervalMinutes: 60,
      everyMinutes: 60,
      planned: false,
    });
  });

  test("says where documents name what they are, of relations nothing, and leaves out collections on request", async () => {
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1)] });
    const { items } = await world.read<Page<Source>>("/v1/sources?collections=false&limit=1");
    expect(items.map(({ collections }) => collections)).toEqual(sources.map(() => []));
    expect(items.map(({ node }) => node?.type)).toEqual(["membership", undefined, "account association"]);
    expect(items[0]?.node).toMatchObject({ name: "collaborationName", state: "status", names: ["arn", "id"] });
  });

  test("says when a scope was last complete, last tried, and will be stale", async () => {
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1), membership(2)] });
    expect(await collectionOf(MEMBERSHIPS)).toEqual({
      account: "123456789012",
      region: "eu-west-1",
      items: 2,
      lastCompleteAt: "2026-03-01T12:00:00.000Z",
      completeAt: "2026-03-01T12:00:00.000Z",
      stale: false,
      counts: { scopes: 1, stale: 0, failed: 0, unavailable: 0, held: 0, syncing: 0, ended: 0, vanished: 0 },
      scopes: [
        {
          id: "all",
          items: 2,
          firstListing: "2026-03-01T12:00:00.000Z",
          lastCompleteAt: "2026-03-01T12:00:00.000Z",
          completeAt: "2026-03-01T12:00:00.000Z",
          lastAttemptAt: "2026-03-01T12:00:00.000Z",
          triedAt: "2026-03-01T12:00:00.000Z",
          outcome: "complete",
          staleAfter: "2026-03-01T15:00:00.000Z",
          stale: false,
          syncing: false,
          vanished: false,
        },
      ],
    });
    world.advance(180 * MINUTE);
    expect(await collectionOf(MEMBERSHIPS)).toMatchObject({ stale: false });
    world.advance(1);
    expect(await collectionOf(MEMBERSHIPS)).toMatchObject({
      stale: true,
      counts: { stale: 1 },
      scopes: [{ stale: true }],
    });
  });

  test("says why the last sync failed, and when one was last complete", async () => {
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1)] });
    world.advance(MINUTE);
    await world.sync({ source: MEMBERSHIPS, documents: [], fails: new SyncError("denied", "not allowed") });
    expect(await collectionOf(MEMBERSHIPS)).toMatchObject({
      items: 1,
      counts: { failed: 1 },
      scopes: [
        {
          lastCompleteAt: "2026-03-01T12:00:00.000Z",
          lastAttemptAt: "2026-03-01T12:01:00.000Z",
          outcome: "failed",
          error: { code: "denied", message: "not allowed" },
        },
      ],
    });
  });

  test("says how many removals are pending and why, without their keys", async () => {
    const documents = Array.from({ length: 30 }, (_, n) => membership(n));
    await world.sync({ source: MEMBERSHIPS, documents });
    world.advance(MINUTE);
    await world.sync({ source: MEMBERSHIPS, documents: [] });
    const collection = await collectionOf(MEMBERSHIPS);
    expect(collection).toMatchObject({ items: 30, counts: { held: 1 } });
    expect(collection?.scopes[0]).toMatchObject({
      outcome: "held",
      held: { count: 30, reason: "30 of 30 items disappeared at once", since: "2026-03-01T12:01:00.000Z" },
    });
    expect(JSON.stringify(collection)).not.toContain("sample");
  });

  test("shows a running sync until its lease has expired", async () => {
    await world.stopAfter(1, { source: MEMBERSHIPS, documents: [membership(1)] });
    expect((await collectionOf(MEMBERSHIPS))?.scopes).toMatchObject([{ syncing: true, stale: true, items: 0 }]);
    world.advance(LEASE_MS + 1);
    expect((await collectionOf(MEMBERSHIPS))?.scopes).toMatchObject([{ syncing: false }]);
  });

  test("distinguishes the plan from scopes, and ended scopes from stale ones", async () => {
    await world.plan(IMAGE_ASSOCIATIONS, images);
    for (const scope of images) await syncImage(scope);
    await syncImage({ id: "wsi-1", range: images[0]?.range ?? {} }, { documents: [], orphaned: true });
    world.advance(200 * MINUTE);
    await world.plan(IMAGE_ASSOCIATIONS, new SyncError("throttled", "slow down"));
    const collection = await collectionOf(IMAGE_ASSOCIATIONS);
    expect(collection).toMatchObject({
      stale: true,
      counts: { scopes: 3, stale: 2, ended: 1 },
      plan: {
        outcome: "failed",
        stale: true,
        lastCompleteAt: "2026-03-01T12:00:00.000Z",
        error: { code: "throttled" },
      },
      scopes: [
        { id: "wsi-1", ended: "parent removed", stale: false, items: 0 },
        { id: "wsi-2", stale: true },
        { id: "wsi-3", stale: true },
      ],
    });
    expect(collection?.scopes[0]).not.toHaveProperty("staleAfter");
  });

  test.each([1, 2, 3, 4, 100])("pages by scopes, %i at a time, and leaves none out", async (limit) => {
    for (const region of ["eu-west-1", "us-east-1"]) {
      for (const scope of images) await syncImage(scope, { region });
    }
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1)] });
    const { entries } = await walkList<Source>(world, `/v1/sources?limit=${limit}`);
    const scopes = entries.flatMap(({ id, collections }) =>
      collections.flatMap(({ region, scopes }) => scopes.map((scope) => `${id} ${region} ${scope.id}`)),
    );
    expect(scopes).toEqual([
      `${MEMBERSHIPS} eu-west-1 all`,
      ...["eu-west-1", "us-east-1"].flatMap((region) =>
        images.map(({ id }) => `${IMAGE_ASSOCIATIONS} ${region} ${id}`),
      ),
    ]);
    expect(entries.filter(({ id }) => id === ACCOUNT_ASSOCIATIONS)).toHaveLength(1);
  });
});

describe("/v1/collections", () => {
  interface Entry extends Collection {
    readonly source: string;
    readonly condition: string;
    readonly pending: number;
  }
  interface Totals {
    readonly conditions: Readonly<Record<string, number>>;
  }

  const many = Array.from({ length: 30 }, (_, n) => membership(n));
  /** One collection with each condition. */
  const everyCondition = async () => {
    await world.sync({ source: MEMBERSHIPS, region: "eu-north-1", documents: [membership(1)] });
    world.advance(181 * MINUTE);
    await world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: many });
    await world.sync({ source: MEMBERSHIPS, documents: many });
    await world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: [] });
    await world.sync({ source: MEMBERSHIPS, region: "us-west-2", documents: [membership(1)] });
    await world.sync({ source: ACCOUNT_ASSOCIATIONS, documents: [], fails: new SyncError("denied", "not allowed") });
    await syncImage(scopeOfFirstPart("wsi-1"), { documents: [], fails: new SyncError("refused", "not subscribed") });
  };
  const worstFirst = [
    `failed ${ACCOUNT_ASSOCIATIONS} eu-west-1`,
    `held ${MEMBERSHIPS} us-east-1`,
    `stale ${MEMBERSHIPS} eu-north-1`,
    `unavailable ${IMAGE_ASSOCIATIONS} eu-west-1`,
    `ok ${MEMBERSHIPS} eu-west-1`,
    `ok ${MEMBERSHIPS} us-west-2`,
  ];

  test.each([1, 4, 100])("lists what is wrong first, %i at a time, with the scopes that are", async (limit) => {
    await everyCondition();
    const { entries } = await walkList<Entry>(world, `/v1/collections?limit=${limit}`);
    expect(entries.map(({ condition, source, region }) => `${condition} ${source} ${region}`)).toEqual(worstFirst);
    expect(entries.map(({ scopes }) => scopes.length)).toEqual([1, 1, 0, 1, 0, 0]);
    expect(entries[1]).toMatchObject({ pending: 30, scopes: [{ held: { count: 30 } }] });
  });

  test("adds up what is asked for, whatever condition is listed; so do the sources", async () => {
    await everyCondition();
    const { items, totals } = await world.read<Page<Entry> & { readonly totals: Totals }>(
      `/v1/collections?source=${MEMBERSHIPS}&condition=held`,
    );
    expect(items.map(({ region }) => region)).toEqual(["us-east-1"]);
    expect(totals).toEqual({
      ...{ collections: 4, items: 62, pending: 30, lastCompleteAt: "2026-03-01T12:00:00.000Z" },
      conditions: { failed: 0, held: 1, stale: 1, new: 0, unavailable: 0, ok: 2, retired: 0 },
    });
    const sources = await world.read<Page<{ readonly totals: Totals }>>("/v1/sources?collections=false");
    expect(sources.items[0]?.totals).toEqual(totals);
    expect(sources.items.map((source) => source.totals.conditions)).toMatchObject([
      {},
      { unavailable: 1 },
      { failed: 1 },
    ]);
  });

  test("says the same of collections whose records do not say what their scopes come to", async () => {
    await everyCondition();
    for (const record of await world.store.collectionRecords(["cleanrooms", "iot", "workspaces"])) {
      const { totals: _, pending: _pending, ...rest } = record;
      await world.store.putCollectionRecord({ ...rest, revision: record.revision + 1 });
    }
    const { items } = await world.read<Page<Entry>>("/v1/collections");
    expect(items.map(({ condition, source, region }) => `${condition} ${source} ${region}`)).toEqual(worstFirst);
  });
});

describe("/v1/health", () => {
  const health = async () => {
    const response = await world.get("/v1/health");
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test("is 503 before anything was synced, and while the first sync runs", async () => {
    expect(await health()).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining("nothing has been synced"), collections: [] },
    });
    await world.stopAfter(1, { source: MEMBERSHIPS, documents: [membership(1)] });
    expect((await health()).status).toBe(503);
  });

  test("is 200 for three intervals, then 503 with the collections that are late", async () => {
    await world.sync({ source: MEMBERSHIPS, documents: [] });
    await world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: [] });
    const instant = "2026-03-01T12:00:00.000Z";
    expect(await health()).toEqual({
      status: 200,
      body: {
        status: "ok",
        asOf: "1970-01-01T00:00:00.000Z",
        freshAt: instant,
        collections: 2,
        lastCompleteAt: instant,
        completeAt: instant,
      },
    });
    world.advance(100 * MINUTE);
    await world.sync({ source: MEMBERSHIPS, documents: [] });
    world.advance(100 * MINUTE);
    const { status, body } = await health();
    expect(status).toBe(503);
    expect(body).toMatchObject({
      type: "/v1/docs#problem-unhealthy",
      status: 503,
      detail: expect.stringContaining("1 of 2 collections"),
      collections: [
        { source: MEMBERSHIPS, region: "us-east-1", scopes: 1, lastCompleteAt: "2026-03-01T12:00:00.000Z" },
      ],
    });
    await world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: [] });
    expect((await health()).status).toBe(200);
  });

  test("is 503 while every sync fails or is held", async () => {
    await world.sync({ source: MEMBERSHIPS, documents: Array.from({ length: 30 }, (_, n) => membership(n)) });
    world.advance(181 * MINUTE);
    await world.sync({ source: MEMBERSHIPS, documents: [], fails: new Error("no") });
    expect((await health()).status).toBe(503);
    await world.sync({ source: MEMBERSHIPS, documents: [] });
    expect((await health()).status).toBe(503);
    await world.sync({ source: MEMBERSHIPS, documents: [] });
    expect((await health()).status).toBe(200);
  });

  test("ignores ended scopes and the first sync of a new scope, but not a late plan", async () => {
    await world.plan(IMAGE_ASSOCIATIONS, images);
    for (const scope of images.slice(0, 2)) await syncImage(scope);
    expect((await health()).status).toBe(200);
    const [first, second, third] = images;
    const stopped = await world.stopAfter(1, {
      source: IMAGE_ASSOCIATIONS,
      ...(third && { scope: third }),
      documents: [imageAssociation("wsi-3", "app")],
    });
    expect((await health()).status).toBe(200);
    await stopped.resume();
    if (first) await syncImage(first, { documents: [], orphaned: true });
    world.advance(181 * MINUTE);
    if (second) await syncImage(second);
    if (third) await syncImage(third);
    expect(await health()).toMatchObject({
      status: 503,
      body: { collections: [{ scopes: 0, reason: expect.stringContaining("its plan") }] },
    });
    await world.plan(IMAGE_ASSOCIATIONS, images.slice(1));
    expect((await health()).status).toBe(200);
  });

  test("expects nothing of a retired collection, and everything of an active one that was never synced", async () => {
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1)] });
    const collection = `${MEMBERSHIPS}/123456789012/us-east-1`;
    const entered = { collection, nextAt: 0 };
    await world.store.putCollectionRecord({ ...entered, revision: 1, status: "active" });
    expect(await health()).toMatchObject({
      status: 503,
      body: { collections: [{ region: "us-east-1", scopes: 0, reason: expect.stringContaining("some never") }] },
    });
    expect(await world.read("/v1/items")).not.toHaveProperty("freshAt");
    await world.store.putCollectionRecord({ ...entered, revision: 2, status: "retired" });
    expect(await health()).toMatchObject({ status: 200, body: { collections: 1, freshAt: expect.any(String) } });
    expect((await world.read<Page<Source>>(`/v1/sources?region=us-east-1`)).items[0]?.collections).toMatchObject([
      { region: "us-east-1", stale: false, counts: { scopes: 0 }, scopes: [] },
    ]);
  });

  test("answers a load balancer's HEAD", async () => {
    await world.sync({ source: MEMBERSHIPS, documents: [] });
    const response = await world.get("/v1/health", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });
});
