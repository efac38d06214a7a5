import fc from "fast-check";
import { expect, test } from "vitest";
import { readChanges } from "../../functions/inventory/changes.ts";
import { readItems } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import type { Instant } from "../../functions/model/instant.ts";
import { verifyCollection } from "../../functions/sync/verify.ts";
import type { VerifyReport } from "../../functions/sync/verify-scope.ts";
import { type DamagedStore, damagedSqlite, RETENTION_DAYS } from "./damage.ts";
import { COLLECTION, createTestClock, createTestHost, runSync, SOURCE, type Thing } from "./engine.ts";

/*
 * Random histories, damaged at random. Whatever was damaged: a repair leaves nothing to be found, what is read and what the log gives agree,
 * and the next listing brings back what was lost.
 */

const KEYS = ["a", "b", "c"];

const listing = fc.dictionary(fc.constantFrom(...KEYS), fc.integer({ min: 0, max: 2 }));
const which = fc.record({
  key: fc.constantFrom(...KEYS),
  /** Of the syncs, the one whose records are damaged. */
  sync: fc.integer({ min: 0, max: 5 }),
  how: fc.constantFrom(
    ...(["drop version", "drop change", "set version", "set change", "copy version", "copy change"] as const),
    ...(["drop edges", "set hash", "count", "drop state", "drop clock", "drop discards"] as const),
  ),
});
type Damage = typeof which extends fc.Arbitrary<infer T> ? T : never;

async function damage(stored: DamagedStore, { key, how }: Damage, at: Instant): Promise<void> {
  const other = KEYS[(KEYS.indexOf(key) + 1) % KEYS.length] ?? "";
  const later = new Date(Date.parse(at) + 1).toISOString();
  switch (how) {
    case "drop version":
      return stored.dropVersions(key);
    case "drop change":
      return stored.dropChanges(key, at);
    case "set version":
      return stored.setVersions(key, { document: JSON.stringify({ Id: key, Value: 99 }) });
    case "set hash":
      return stored.setVersions(key, { hash: "BBBBBBBBBBBBBBBBBBBBBA" });
    case "set change":
      return stored.setChanges(key, { document: JSON.stringify({ Id: key, Value: 98 }) }, at);
    case "copy version":
      return stored.copyVersion(other, { key, at: later });
    case "copy change":
      return stored.copyChange(other, { key, at: later });
    case "drop edges":
      return stored.dropEdges(key);
    case "count":
      return stored.setState("all", { count: 9 });
    case "drop state":
      return stored.dropState("all");
    case "drop clock":
      return stored.dropClock();
    case "drop discards":
      return stored.dropDiscards();
  }
}

const source = {
  ...SOURCE,
  edges: (document: unknown) => [{ from: (document as Thing).Id ?? "", to: `value ${(document as Thing).Value}` }],
};

async function valuesRead(stored: DamagedStore): Promise<Record<string, unknown>> {
  const { rows: items } = await readItems(await openRead(stored.store), COLLECTION, {}, { limit: 1_000 });
  const present = items.filter(({ state }) => state === "present");
  return Object.fromEntries(present.map(({ key, document }) => [key, (JSON.parse(document) as Thing).Value]));
}

async function valuesFollowed(stored: DamagedStore): Promise<Record<string, unknown>> {
  const values = new Map<string, unknown>();
  const { rows: changes } = await readChanges(await openRead(stored.store), COLLECTION, { limit: 1_000 });
  for (const { kind, after } of changes) {
    if (kind === "removed") values.delete(after.key);
    else values.set(after.key, (JSON.parse(after.document) as Thing).Value);
  }
  return Object.fromEntries([...values].sort());
}

test("random damage is repaired, whatever it is", async () => {
  const seed = Number(process.env.STOCKTAKE_TEST_SEED ?? 1);
  const numRuns = Number(process.env.STOCKTAKE_TEST_RUNS ?? 100);
  await fc.assert(
    fc.asyncProperty(
      fc.array(listing, { minLength: 1, maxLength: 6 }),
      fc.array(which, { minLength: 1, maxLength: 3 }),
      listing,
      async (listings, damages, next) => {
        const clock = createTestClock();
        const stored = damagedSqlite(clock);
        const verify = async (repair = false): Promise<VerifyReport | undefined> => {
          clock.jump(1_000);
          const request = { collection: COLLECTION, source, retentionDays: RETENTION_DAYS, repair };
          let last: VerifyReport | undefined;
          for await (const [report] of verifyCollection(createTestHost(stored.store, clock), request)) last = report;
          return last;
        };
        const sync = async (listed: Readonly<Record<string, number>>) => {
          const things = Object.entries(listed).map(([Id, Value]) => ({ Id, Value }));
          return runSync(stored.store, clock, things, { source, approveRemovals: true });
        };
        const instants: Instant[] = [];
        for (const listed of listings) instants.push((await sync(listed)).at ?? "");
        expect((await verify())?.outcome).toBe("ok");
        const known = instants.filter((at) => at !== "");
        for (const each of damages) {
          await damage(stored, each, known[each.sync % Math.max(1, known.length)] ?? "2026-03-01T00:00:00.000Z");
        }

        const report = await verify(true);
        if (report) expect(["ok", "repaired"]).toContain(report.outcome);
        if (report?.outcome === "repaired") expect(report.problemCount).toBeGreaterThan(0);
        const after = await verify();
        if (after) expect(after).toMatchObject({ outcome: "ok", problems: [] });
        expect(await valuesFollowed(stored)).toEqual(await valuesRead(stored));

        expect(await sync(next)).toMatchObject({ outcome: "complete" });
        const wanted = Object.fromEntries(Object.entries(next).sort());
        expect(await valuesRead(stored)).toEqual(wanted);
        expect(await valuesFollowed(stored)).toEqual(wanted);
        expect(await verify()).toMatchObject({ outcome: "ok", problems: [] });
        await stored.store.close();
      },
    ),
    { seed, numRuns },
  );
});
