import { count, type Figure, time } from "../figure.ts";
import { inTurns, median } from "../statistics.ts";
import type { World } from "../world.ts";

const SOURCE = "sagemaker.associations";

/** Syncs into SQLite: the first one flat out, then one that finds nothing new at a service's pace. */
export async function syncs({ simulator, sizes, withRunner, say }: World): Promise<Figure[]> {
  const { items, turns, pageMs } = sizes;
  const service = await simulator.call("serve", "associations", items);
  const task = { source: SOURCE, service };
  return withRunner(async (runner) => {
    say(`first sync of ${count(items)}, ${turns} turns`);
    const first = await inTurns(
      turns,
      () => runner.call("upsertToSqlite", SOURCE, service),
      () => runner.call("syncToSqlite", task),
      false,
    );
    const file = first.subject.at(-1)?.file;
    const [naive, synced] = [median(first.baseline.map(({ ms }) => ms)), median(first.subject.map(({ ms }) => ms))];
    say(`no change, ${pageMs} ms a page, drained and synced at the same time`);
    await simulator.call("slow", pageMs);
    const [drained, unchanged] = await withRunner((other) =>
      Promise.all([other.call("drain", SOURCE, service), runner.call("syncToSqlite", task, file)]),
    );
    await simulator.call("slow", 0);
    if (unchanged.result.unchanged !== items) throw new Error("the sync found changes");
    const flatOut = await inTurns(
      1,
      () => runner.call("drain", SOURCE, service),
      () => runner.call("syncToSqlite", task, file),
      false,
    );
    const [drainedFlatOut = 0, syncedFlatOut = 0] = [flatOut.baseline[0]?.ms, flatOut.subject[0]?.ms];
    const pace = unchanged.ms / drained.ms;
    const ratio = synced / naive;
    return [
      {
        name: `no-change sync of ${count(items)}, ${pageMs} ms a page: wall`,
        baseline: "draining the official paginator",
        aim: "≤ 1.02",
        value: pace.toFixed(3),
        met: pace <= 1.02,
        detail: `${time(unchanged.ms)} against ${time(drained.ms)}, both at once; flat out ${time(syncedFlatOut)} against ${time(drainedFlatOut)} (${(syncedFlatOut / drainedFlatOut).toFixed(2)})`,
        limit: "parsing and hashing what came while the next page is awaited",
      },
      {
        name: `first sync of ${count(items)} on SQLite: wall, flat out`,
        baseline: "the paginator + one upsert a page into one SQLite table",
        aim: "≤ 2.0",
        value: ratio.toFixed(2),
        met: ratio <= 2,
        detail: `${time(synced)} against ${time(naive)}, medians of ${turns} turns; the file has ${Math.round((first.subject[0]?.bytes ?? 0) / 1e6)} MB`,
        limit: "an item is a version, a log record and two edges, where the script has one row",
      },
    ];
  });
}

/** A dead sync's scope is taken over, however much it had written. */
export async function takeover({ sizes, withRunner, say }: World): Promise<Figure[]> {
  const changes = sizes.items;
  say(`takeover of a dead sync that had written ${count(changes)} changes`);
  const { ms, stateWrites, otherWrites } = await withRunner((runner) => runner.call("takeOver", changes));
  return [
    {
      name: `takeover of a dead sync that had written ${count(changes)} changes: until readers see the scope whole`,
      baseline: "–",
      aim: "one write",
      value: `${stateWrites} compare-and-set, ${otherWrites} records`,
      met: stateWrites === 1 && otherWrites === 2,
      detail: `${time(ms)}; the records are the discarded instant and the mark`,
      limit: "see the writes",
    },
  ];
}
