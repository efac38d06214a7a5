import { expect, test } from "vitest";
import { ENTIRE_COLLECTION, type Scope, scopeFrom, scopeOfFirstPart } from "../../functions/model/collection.ts";
import type { Source } from "../../functions/model/source.ts";
import { DEFAULT_LIMITS } from "../../functions/sync/job.ts";
import { holdLease } from "../../functions/sync/lease.ts";
import { creationScopes } from "../../functions/sync/plan.ts";
import type { VerifyRequest } from "../../functions/sync/verify.ts";
import type { VerifyReport } from "../../functions/sync/verify-scope.ts";
import { type DamagedStore, damagedSqlite, RETENTION_DAYS, tick, verify as verifyStore } from "./damage.ts";
import {
  COLLECTION,
  CREATION_SOURCE,
  createTestClock,
  createTestHost,
  listing,
  manyThings,
  page,
  present,
  reconcile,
  runSync,
  SOURCE,
  stateOf,
  type Thing,
  thing,
} from "./engine.ts";

/** How the scopes divide their collection, and what verifying makes of scopes in all their states. */

const DAY_MS = 86_400_000;
const clock = createTestClock();

const verify = ({ store }: DamagedStore, request?: Partial<VerifyRequest>) => verifyStore(store, clock, request);

const kindsOf = (reports: readonly VerifyReport[]) =>
  reports.flatMap(({ scope, problems }) => problems.map(({ kind }) => `${scope}: ${kind}`));

test("of a collection without anything there is nothing to say", async () => {
  expect(await verify(damagedSqlite(clock))).toEqual([]);
});

test("a scope of which every sync failed is whole", async () => {
  const damaged = damagedSqlite(clock);
  await runSync(damaged.store, clock, listing([], new Error("down")));
  expect(await verify(damaged)).toMatchObject([{ outcome: "ok", items: 0 }]);
});

test("a scope that is being written is busy, but verified as it was committed", async () => {
  const damaged = damagedSqlite(clock);
  await runSync(damaged.store, clock, manyThings(3));
  await damaged.dropVersions("t0001");
  const lease = await holdLease(createTestHost(damaged.store, clock), await stateOf(damaged.store));
  expect(await verify(damaged)).toMatchObject([{ outcome: "damaged" }]);
  expect(await verify(damaged, { repair: true })).toMatchObject([{ outcome: "busy" }]);
  await lease.stop();
  clock.jump(DAY_MS);
  expect(await verify(damaged, { repair: true })).toMatchObject([{ outcome: "repaired" }]);
});

test("a sync of what is damaged says so, and goes on after the repair", async () => {
  const damaged = damagedSqlite(clock);
  await runSync(damaged.store, clock, manyThings(3));
  await damaged.dropVersions("t0001");
  const failed = await runSync(damaged.store, clock, manyThings(4));
  expect(failed).toMatchObject({ outcome: "failed", error: { code: "damaged" } });
  expect(failed.error?.message).toContain("stocktake verify --repair");
  expect(await verify(damaged, { repair: true })).toMatchObject([{ outcome: "repaired" }]);
  expect(await runSync(damaged.store, clock, manyThings(4))).toMatchObject({ outcome: "complete", added: 1 });
});

test("a sync of an item whose document cannot be read stores it again", async () => {
  const damaged = damagedSqlite(clock);
  await runSync(damaged.store, clock, [thing("a", 1)]);
  await damaged.setVersions("a", { document: "{" });
  expect(await runSync(damaged.store, clock, [thing("a", 2)])).toMatchObject({ outcome: "complete", modified: 1 });
  expect(await present(damaged.store)).toEqual({ a: 2 });
});

test("scopes are verified again when they are due, those of long ago first", async () => {
  const damaged = damagedSqlite(clock);
  const planned = async (part: string) =>
    runSync(damaged.store, clock, [thing(`${part}#1`)], { source: PARTS, scope: scopeOfFirstPart(part) });
  await planned("a");
  await planned("b");
  const isDue = ({ verifiedAt }: { verifiedAt?: string }) => verifiedAt === undefined;
  expect(await verify(damaged, { source: PARTS, isDue })).toMatchObject([{ scope: "a" }, { scope: "b" }]);
  expect(await verify(damaged, { source: PARTS, isDue })).toEqual([]);
  await damaged.setState("b", { verifiedAt: null });
  expect(await verify(damaged, { source: PARTS })).toMatchObject([{ scope: "b" }, { scope: "a" }]);
});

test("many documents that do not give their hashes are the source's doing", async () => {
  const damaged = damagedSqlite(clock);
  await runSync(damaged.store, clock, manyThings(20));
  const source: Source = { ...SOURCE, edges: () => [{ from: "here", to: "there" }] };
  const [report] = await verify(damaged, { source });
  expect(report).toMatchObject({ outcome: "damaged", problems: [{ kind: "hashes changed", lasting: true }] });
  expect(report?.problems[0]?.message).toContain("20 documents");
  expect(await verify(damaged, { source, repair: true })).toMatchObject([{ outcome: "damaged" }]);
  expect(await verify(damaged, { source: { ...source, version: 2 } })).toMatchObject([{ outcome: "ok" }]);
});

test("what is older than the log is judged by its own hash alone", async () => {
  const damaged = damagedSqlite(clock);
  await runSync(damaged.store, clock, manyThings(3));
  clock.jump((RETENTION_DAYS + 1) * DAY_MS);
  await tick(damaged.store);
  await damaged.store.prune?.();
  expect(await verify(damaged)).toMatchObject([{ outcome: "ok" }]);
  await damaged.setVersions("t0001", { document: '{"Id":"t0001","Value":7}' });
  await damaged.setVersions("t0002", { document: "{" });
  expect(await verify(damaged, { repair: true })).toMatchObject([{ outcome: "repaired", problemCount: 3 }]);
  expect(await present(damaged.store)).toEqual({ t0000: 1, t0001: 7 });
  expect(await runSync(damaged.store, clock, manyThings(3))).toMatchObject({ added: 1, modified: 1, unchanged: 1 });
  expect(await present(damaged.store)).toEqual({ t0000: 1, t0001: 1, t0002: 1 });
  expect(await verify(damaged)).toMatchObject([{ outcome: "ok" }]);
});

test("removals that are pending are no damage, whatever the source's version", async () => {
  const damaged = damagedSqlite(clock);
  await runSync(damaged.store, clock, manyThings(30));
  const source: Source = { ...SOURCE, version: 2, edges: () => [{ from: "here", to: "there" }] };
  expect(await runSync(damaged.store, clock, manyThings(3), { source })).toMatchObject({ outcome: "held" });
  expect(await verify(damaged, { source })).toMatchObject([{ outcome: "ok", items: 30 }]);
});

test("everything gone but the state is what the next listing brings back", async () => {
  const damaged = damagedSqlite(clock);
  await runSync(damaged.store, clock, manyThings(3));
  for (const table of ["Versions", "Changes", "Edges"] as const) await damaged.dropAll(table);
  expect(kindsOf(await verify(damaged))).toEqual(["all: checksum"]);
  expect(await verify(damaged, { repair: true })).toMatchObject([{ outcome: "repaired" }]);
  expect(await runSync(damaged.store, clock, manyThings(3))).toMatchObject({ outcome: "complete", added: 3 });
  expect(await verify(damaged)).toMatchObject([{ outcome: "ok", items: 3 }]);
});

/** A thing's scope is what stands before the # in its id. */
const PARTS: Source = { ...SOURCE, planned: true, key: (document) => (document as Thing).Id };

async function planned(): Promise<DamagedStore> {
  const damaged = damagedSqlite(clock);
  for (const part of ["a", "b", "c"]) {
    const things = [thing(`${part}#1`), thing(`${part}#2`)];
    await runSync(damaged.store, clock, things, { source: PARTS, scope: scopeOfFirstPart(part) });
  }
  return damaged;
}

test("a planned scope without its state is found by its items", async () => {
  const damaged = await planned();
  const before = await stateOf(damaged.store, "b");
  await damaged.dropState("b");
  expect(kindsOf(await verify(damaged, { source: PARTS }))).toEqual(["b: scope state missing"]);
  const reports = await verify(damaged, { source: PARTS, repair: true });
  expect(reports).toMatchObject([{ scope: "b", outcome: "repaired" }, { outcome: "ok" }, { outcome: "ok" }]);
  const { range, count, checksum } = await stateOf(damaged.store, "b");
  expect({ range, count, checksum }).toEqual({ range: before.range, count: before.count, checksum: before.checksum });
  expect(kindsOf(await verify(damaged, { source: PARTS }))).toEqual([]);
});

test("a planned scope with another range than its own gets its own again", async () => {
  const damaged = await planned();
  await damaged.setState("b", { range: { from: "b#2", until: "b$" } });
  expect(kindsOf(await verify(damaged, { source: PARTS }))).toEqual(["b: scope range changed"]);
  await verify(damaged, { source: PARTS, repair: true });
  expect((await stateOf(damaged.store, "b")).range).toEqual(scopeOfFirstPart("b").range);
  expect(kindsOf(await verify(damaged, { source: PARTS }))).toEqual([]);
});

test("an item that belongs to no scope is told, and not touched", async () => {
  const damaged = await planned();
  await damaged.copyVersion("a#1", { key: "zzz", at: (await stateOf(damaged.store, "a")).committedAt ?? "" });
  const reports = await verify(damaged, { source: PARTS, repair: true });
  expect(kindsOf(reports)).toEqual(["none: item outside scopes"]);
  expect(reports[0]).toMatchObject({ outcome: "damaged", problems: [{ key: "zzz", lasting: true }] });
});

const created = (hour: number) =>
  `2026-02-0${1 + Math.floor(hour / 24)}T${String(hour % 24).padStart(2, "0")}:00:00.000Z`;
const HOURS = Array.from({ length: 12 }, (_, hour) => hour);

/** Twelve items in scopes of three or so. */
async function byCreation(): Promise<{ damaged: DamagedStore; scopes: readonly Scope[] }> {
  const damaged = damagedSqlite(clock);
  const things = HOURS.map((hour) => thing(created(hour), hour));
  for (let scope: Scope | undefined = ENTIRE_COLLECTION; scope; ) {
    const options = { source: CREATION_SOURCE, scope, limits: { ...DEFAULT_LIMITS, scopeItems: 3 } };
    const result = await reconcile(damaged.store, clock, listing(things.map((each) => page(each))), options);
    scope = result.status === "ended" ? result.next : undefined;
  }
  const scopes = creationScopes(await damaged.store.scopeStates(COLLECTION));
  expect(scopes.length).toBeGreaterThan(3);
  return { damaged, scopes };
}

test.each([0, 1, -1])("a scope by creation without its state (%i) is put in its place again", async (index) => {
  const { damaged, scopes } = await byCreation();
  const { id = "" } = scopes.at(index) ?? {};
  const before = await stateOf(damaged.store, id);
  await damaged.dropState(id);
  const source = CREATION_SOURCE;
  expect(kindsOf(await verify(damaged, { source }))).toEqual([`${id}: scope state missing`]);
  await verify(damaged, { source, repair: true });
  const after = await stateOf(damaged.store, id);
  for (const member of ["range", "count", "checksum"] as const) expect(after[member]).toEqual(before[member]);
  expect(after.newest).toEqual(index === -1 ? before.newest : expect.stringMatching(/:00:00\.000Z$/));
  expect(creationScopes(await damaged.store.scopeStates(COLLECTION))).toEqual(scopes);
  expect(kindsOf(await verify(damaged, { source }))).toEqual([]);
});

test("a scope by creation that does not end where the next begins is closed there again", async () => {
  const { damaged, scopes } = await byCreation();
  await damaged.setState("all", { range: { until: null } });
  const source = CREATION_SOURCE;
  expect(kindsOf(await verify(damaged, { source }))).toEqual(["all: scope range changed"]);
  await verify(damaged, { source, repair: true });
  expect(creationScopes(await damaged.store.scopeStates(COLLECTION))).toEqual(scopes);
  expect(kindsOf(await verify(damaged, { source }))).toEqual([]);
});

test("a scope by creation that ends no later than it begins fails its syncs until it is put right", async () => {
  const { damaged, scopes } = await byCreation();
  const { id = "", range: { from = "" } = {} } = scopes.at(1) ?? {};
  await damaged.setState(id, { range: { from, until: from } });
  const states = await damaged.store.scopeStates(COLLECTION);
  const remedy = expect.stringContaining(`scope ${id} ends no later than it begins: run \`stocktake verify --repair\``);
  expect(() => creationScopes(states)).toThrow(expect.objectContaining({ code: "damaged", message: remedy }));
  const source = CREATION_SOURCE;
  expect(kindsOf(await verify(damaged, { source }))).toEqual([`${id}: scope range changed`]);
  await verify(damaged, { source, repair: true });
  expect(creationScopes(await damaged.store.scopeStates(COLLECTION))).toEqual(scopes);
});

test("a state that knows too little of what is newest would have its scope closed too early", async () => {
  const { damaged, scopes } = await byCreation();
  const { id = "" } = scopes.at(-1) ?? {};
  const { newest } = await stateOf(damaged.store, id);
  await damaged.setState(id, { newest: created(0) });
  const source = CREATION_SOURCE;
  expect(kindsOf(await verify(damaged, { source }))).toEqual([`${id}: checksum`]);
  await verify(damaged, { source, repair: true });
  expect((await stateOf(damaged.store, id)).newest).toBe(newest);
});

test("the open scope after the last closed one needs no state while nothing is in it", async () => {
  const { damaged, scopes } = await byCreation();
  const { id = "", range } = scopes.at(-1) ?? {};
  await damaged.setState(id, { range: { ...range, until: "2026-02-20T00:00:00.000Z" } });
  expect(await verify(damaged, { source: CREATION_SOURCE })).toHaveLength(scopes.length);
  expect(scopeFrom("2026-02-20T00:00:00.000Z").id).not.toBe(id);
});
