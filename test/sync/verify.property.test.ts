import fc from "fast-check";
import { expect, test } from "vitest";
import type { Instant } from "../../functions/model/instant.ts";
import { type DamagedStore, damagedSqlite, valuesAt, valuesFollowed, verify as verifyStore } from "./damage.ts";
import { createTestClock, runSync, SOURCE, type Thing } from "./engine.ts";

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
        const verify = async (repair = false) => (await verifyStore(stored.store, clock, { source, repair })).at(0);
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
        expect(await valuesFollowed(stored.store)).toEqual(await valuesAt(stored.store));

        expect(await sync(next)).toMatchObject({ outcome: "complete" });
        const wanted = Object.fromEntries(Object.entries(next).sort());
        expect(await valuesAt(stored.store)).toEqual(wanted);
        expect(await valuesFollowed(stored.store)).toEqual(wanted);
        expect(await verify()).toMatchObject({ outcome: "ok", problems: [] });
        await stored.store.close();
      },
    ),
    { seed, numRuns },
  );
});
