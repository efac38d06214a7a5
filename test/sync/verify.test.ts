import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readChanges } from "../../functions/inventory/changes.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import { SyncError } from "../../functions/model/errors.ts";
import type { Instant } from "../../functions/model/instant.ts";
import type { Source } from "../../functions/model/source.ts";
import { DEFAULT_LIMITS } from "../../functions/sync/job.ts";
import type { VerifyRequest } from "../../functions/sync/verify.ts";
import type { VerifyReport } from "../../functions/sync/verify-scope.ts";
import { openDatabase, type TestDatabase } from "../store/database.ts";
import {
  type DamagedStore,
  damagedDynamo,
  damagedSqlite,
  valuesAt,
  valuesFollowed,
  verify as verifyStore,
} from "./damage.ts";
import {
  COLLECTION,
  createTestClock,
  listing,
  page,
  replaced,
  runSync,
  SOURCE,
  stateOf,
  type Thing,
} from "./engine.ts";

/** A thing belongs to what its value names. */
const LINKED: Source = {
  ...SOURCE,
  edges: (document) => {
    const { Id, Value } = document as Thing;
    return [{ from: String(Id), to: `value ${Value}`, relation: "Has" }];
  },
};

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const clock = createTestClock();
const stores = {
  SQLite: async () => damagedSqlite(clock),
  DynamoDB: () => damagedDynamo(database),
};

interface World {
  readonly damaged: DamagedStore;
  /** The instants of the syncs. */
  readonly at: readonly Instant[];
}

/** Items that were added, changed, removed, and added again. */
const LISTINGS: readonly (readonly Thing[])[] = [
  ["a", "b", "c", "d", "e"].map((Id) => ({ Id, Value: 1 })),
  [
    { Id: "a", Value: 1 },
    { Id: "b", Value: 2 },
    { Id: "c", Value: 1 },
    { Id: "e", Value: 2 },
  ],
  [
    { Id: "a", Value: 1 },
    { Id: "b", Value: 3 },
    { Id: "c", Value: 2 },
    { Id: "d", Value: 3 },
  ],
];
const LATEST = { a: 1, b: 3, c: 2, d: 3 };

async function synced(open: () => Promise<DamagedStore>): Promise<World> {
  const damaged = await open();
  const at: Instant[] = [];
  for (const listed of LISTINGS) {
    const record = await runSync(damaged.store, clock, listed, { source: LINKED });
    at.push(record.at ?? "");
  }
  return { damaged, at };
}

const verify = ({ damaged }: World, request: Partial<VerifyRequest> = {}) =>
  verifyStore(damaged.store, clock, { source: LINKED, ...request });
const readAt = ({ damaged }: World, at?: Instant) => valuesAt(damaged.store, at);
const followed = ({ damaged }: World, options?: Parameters<typeof valuesFollowed>[1]) =>
  valuesFollowed(damaged.store, options);

const valuesOf = (things: readonly Thing[]) => Object.fromEntries(things.map(({ Id, Value }) => [Id, Value]));

/** Repairs what must be repairable, and checks that everything agrees afterwards. */
async function repaired(world: World): Promise<VerifyReport> {
  const [damagedReport] = await verify(world);
  expect(damagedReport?.outcome).toBe("damaged");
  const [report] = await verify(world, { repair: true });
  expect(report).toMatchObject({ outcome: "repaired" });
  expect(await verify(world)).toMatchObject([{ outcome: "ok", problems: [] }]);
  expect(await followed(world)).toEqual(await readAt(world));
  return report as VerifyReport;
}

/** Every instant reads as it was listed, and the log gives the same. */
async function expectHistory(world: World): Promise<void> {
  for (const [index, listed] of LISTINGS.entries()) {
    expect(await readAt(world, world.at[index])).toEqual(valuesOf(listed));
    expect(await followed(world, { until: world.at[index] ?? "" })).toEqual(valuesOf(listed));
  }
}

/** Of each kind one, in records of their own form on DynamoDB: what verifying makes of them is the same on both stores. */
const ALSO_ON_DYNAMODB = [
  ...["a version that is lost", "a document that cannot be read", "edges of a version that cannot be read"],
  ...["a change amid others", "a newest change that cannot be read", "edges", "the scope's state", "the clock"],
];

describe.each(Object.entries(stores))("on %s", (name, open) => {
  test("finds nothing wrong with what is as it was stored, and notes it", async () => {
    const world = await synced(open);
    expect(await verify(world)).toEqual([
      { collection: COLLECTION, scope: "all", outcome: "ok", items: 4, problems: [], problemCount: 0 },
    ]);
    expect((await stateOf(world.damaged.store)).verifiedAt).toBeDefined();
  });

  describe("restores exactly", () => {
    const damages: Record<string, (world: World) => Promise<void>> = {
      "a version that is lost": ({ damaged }) => damaged.dropVersions("b"),
      "a tombstone that is lost": ({ damaged }) => damaged.dropVersions("e"),
      "all versions": ({ damaged }) => damaged.dropAll("Versions"),
      "a document that changed": ({ damaged }) => damaged.setVersions("b", { document: '{"Id":"b","Value":9}' }),
      "a document that cannot be read": ({ damaged }) => damaged.setVersions("b", { document: "{" }),
      "edges of a version that cannot be read": ({ damaged }) => damaged.setVersions("b", { edges: "[" }),
      "a hash in the log that is none any more": ({ damaged, at }) => damaged.setChanges("b", { hash: "x" }, at[2]),
      "a version that no sync made": ({ damaged, at }) => damaged.copyVersion("a", { key: "x", at: at[1] ?? "" }),
      "a later version that no sync made": ({ damaged }) =>
        damaged.copyVersion("a", { key: "b", at: "2099-01-01T00:00:00.000Z" }),
      "the newest change of an item": ({ damaged, at }) => damaged.dropChanges("b", at[2]),
      "the first change of an item": ({ damaged, at }) => damaged.dropChanges("b", at[0]),
      "a change amid others": ({ damaged, at }) => damaged.dropChanges("b", at[1]),
      "a removal in the log": ({ damaged, at }) => damaged.dropChanges("e", at[2]),
      "a change that changed": ({ damaged, at }) =>
        damaged.setChanges("b", { document: '{"Id":"b","Value":9}' }, at[1]),
      "a newest change that cannot be read": ({ damaged, at }) => damaged.setChanges("b", { document: "{" }, at[2]),
      "a change that no sync made": ({ damaged, at }) => damaged.copyChange("a", { key: "b", at: later(at[1]) }),
      edges: ({ damaged }) => damaged.dropEdges("b"),
      "all edges": ({ damaged }) => damaged.dropAll("Edges"),
      "a count": ({ damaged }) => damaged.setState("all", { count: 7 }),
      "a checksum": ({ damaged }) => damaged.setState("all", { checksum: "AAAAAAAAAAAAAAAAAAAAAA" }),
      "the scope's state": ({ damaged }) => damaged.dropState("all"),
      "the scope's range": ({ damaged }) => damaged.setState("all", { range: { from: "b" } }),
      "the clock": ({ damaged }) => damaged.dropClock(),
    };
    const shown = Object.entries(damages).filter(([what]) => name === "SQLite" || ALSO_ON_DYNAMODB.includes(what));
    test.each(shown)("%s", async (_what, damage) => {
      const world = await synced(open);
      const before = await followed(world);
      await damage(world);
      await repaired(world);
      await expectHistory(world);
      expect(await readAt(world)).toEqual(LATEST);
      expect(await followed(world, { known: before })).toEqual(LATEST);
      const next = await runSync(world.damaged.store, clock, LISTINGS[2] ?? [], { source: LINKED });
      expect(next).toMatchObject({ outcome: "complete", added: 0, modified: 0, removed: 0 });
    });
  });

  test.each(["[null]", '[{"from":1}]', '{"edges":[],"names":[null]}'])(
    "finds an item whose edges are %s wherever they are stored, and repairs it from its document",
    async (edges) => {
      const world = await synced(open);
      await world.damaged.setVersions("b", { edges });
      await world.damaged.setChanges("b", { edges });
      await repaired(world);
      expect(await readAt(world)).toEqual(LATEST);
      const [item] = await world.damaged.store.itemsOf(COLLECTION, ["b"]);
      expect(item?.at(-1)?.edges).toEqual([{ from: "b", to: "value 3", relation: "Has" }]);
    },
  );

  test("logs the removal of an item whose tombstone is lost with its change", async () => {
    const world = await synced(open);
    const known = { ...LATEST, e: 2 };
    await world.damaged.dropVersions("e");
    await world.damaged.dropChanges("e", world.at[2]);
    await repaired(world);
    expect(await readAt(world)).toEqual(LATEST);
    expect(await followed(world, { known })).toEqual(LATEST);
    const { rows: changes } = await readChanges(await openRead(world.damaged.store), COLLECTION, { limit: 1_000 });
    expect(changes.at(-1)).toMatchObject({ kind: "removed", after: { key: "e", cause: "repaired", version: 3 } });
  });

  test("corrects those who followed a change that no sync made", async () => {
    const world = await synced(open);
    await world.damaged.copyChange("a", { key: "b", at: later(world.at[2]) });
    const known = { ...LATEST, b: 1 };
    expect((await repaired(world)).problems).toMatchObject([{ kind: "log record not committed", key: "b" }]);
    expect(await readAt(world)).toEqual(LATEST);
    expect(await followed(world, { known })).toEqual(LATEST);
    await expectHistory(world);
  });

  test("has repaired, though only the answer to its commit was lost", async () => {
    const world = await synced(open);
    await world.damaged.dropVersions("b");
    const { store } = world.damaged;
    let isWriting = false;
    const unheard = replaced(store, {
      async putScopeState(state) {
        const isCommit = isWriting && state.holder === undefined;
        isWriting = state.writing !== undefined;
        const stored = await store.putScopeState(state);
        if (isCommit) throw new SyncError("unavailable", "the answer was lost");
        return stored;
      },
    });
    const [report] = await verify({ ...world, damaged: { ...world.damaged, store: unheard } }, { repair: true });
    expect(report).toMatchObject({ outcome: "repaired" });
    expect(await verify(world)).toMatchObject([{ outcome: "ok", problems: [] }]);
  });

  test("leaves an item that is wholly lost to the next listing", async () => {
    const world = await synced(open);
    await world.damaged.dropVersions("b");
    await world.damaged.dropChanges("b");
    expect((await repaired(world)).problems).toMatchObject([{ kind: "checksum" }]);
    const { b: _b, ...rest } = LATEST;
    expect(await readAt(world)).toEqual(rest);
    const next = await runSync(world.damaged.store, clock, LISTINGS[2] ?? [], { source: LINKED });
    expect(next).toMatchObject({ outcome: "complete", added: 1, modified: 0, removed: 0 });
    expect(await readAt(world)).toEqual(LATEST);
    expect(await verify(world)).toMatchObject([{ outcome: "ok" }]);
  });

  test("reports a gap in the log once, and cannot fill it", async () => {
    const world = await synced(open);
    await world.damaged.dropChanges("b", world.at[1]);
    await world.damaged.dropChanges("b", world.at[2]);
    expect(await verify(world)).toMatchObject([{ outcome: "damaged", problems: [{ kind: "log gap", key: "b" }] }]);
    const [report] = await verify(world, { repair: true });
    expect(report).toMatchObject({
      outcome: "repaired",
      problems: [{ kind: "log gap", lasting: true }],
      problemCount: 1,
    });
    expect(await verify(world)).toMatchObject([{ outcome: "ok" }]);
    expect(await readAt(world)).toEqual(LATEST);
    expect(await followed(world)).toEqual(LATEST);
    await expect(readAt(world, world.at[1])).rejects.toThrow("part of the change log before");
  });

  test("restores the removal that is lost with what was before it", async () => {
    const world = await synced(open);
    await world.damaged.dropChanges("e");
    const { problems } = await repaired(world);
    expect(problems[0]).toMatchObject({ kind: "log gap", key: "e", at: world.at[1] });
    expect(await readAt(world)).toEqual(LATEST);
    expect(await readAt(world, world.at[1])).toEqual(valuesOf(LISTINGS[1] ?? []));
  });

  test.each([
    ["at once", []],
    ["after later syncs", [[...(LISTINGS[2] ?? []), { Id: "y", Value: 1 }]]],
  ])("finds what was given up and is taken for committed, %s", async (_when, later) => {
    const world = await synced(open);
    const store = replaced(world.damaged.store, { delete: async () => undefined });
    const written = [page({ Id: "z", Value: 1 }, { Id: "b", Value: 7 })];
    await runSync(store, clock, listing(written, new Error("failed")), {
      source: LINKED,
      limits: { ...DEFAULT_LIMITS, bufferedCharacters: 0, batchChanges: 1 },
    });
    for (const listed of later) await runSync(store, clock, listed, { source: LINKED });
    const right = await readAt(world);
    expect(await verify(world)).toMatchObject([{ outcome: "ok" }]);
    await world.damaged.dropDiscards();
    expect(Object.keys(await readAt(world))).toContain("z");
    expect((await repaired(world)).problems).toMatchObject([{ kind: "instant not discarded" }]);
    expect(await readAt(world)).toEqual(right);
    await expectHistory(world);
  });
});

function later(at = ""): Instant {
  return new Date(Date.parse(at) + 1).toISOString();
}
