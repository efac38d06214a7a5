import { allUnits, type Counted } from "../counting/tally.ts";
import { count, type Figure, fraction, time } from "../figure.ts";
import { inTurns, median } from "../statistics.ts";
import type { Listed, Runner, World } from "../world.ts";
import type { SlowService } from "./slow-service.ts";

/** The first sync, which stores everything, against a script that upserts everything. */
export async function firstSync(
  world: World,
  runner: Runner,
  listed: Listed,
  turns: number,
): Promise<{ readonly ratio: number; readonly detail: string }> {
  const runs = await pairs(world, runner, listed, await world.database(), turns);
  return { ratio: runs.subject / runs.baseline, detail: describe(listed.items, runs, turns) };
}

/** The figure, with what it is at another size and without the embedded database's own time. */
export async function firstSyncFigure(
  world: World,
  runner: Runner,
  listed: Listed,
  turns: number,
  others: { readonly short: { readonly ratio: number; readonly detail: string }; readonly slow: SlowService },
  counts: { readonly naive: Counted; readonly first: Counted },
): Promise<Figure> {
  const { short, slow } = others;
  const runs = await pairs(world, runner, listed, await world.database(), turns);
  const ratio = runs.subject / runs.baseline;
  const { result: client } = await world.counting((database) => pairs(world, runner, listed, database, 1), true);
  return {
    name: `first sync, ${count(listed.items)} items: wall time`,
    baseline: "paginator + BatchWrite upsert",
    aim: "≤ 1.5",
    value: ratio.toFixed(2),
    met: ratio <= 1.5,
    detail: `${describe(listed.items, runs, turns)}; ${short.detail}: ${short.ratio.toFixed(2)}; ${slow.setting} ${slow.firstSync.toFixed(2)}`,
    limit:
      `an item is written to the inventory with two index entries and to the log: ${count(counts.first.requests.BatchWriteItem ?? 0)} batches ` +
      `against ${count(counts.naive.requests.BatchWriteItem ?? 0)} and ${fraction(allUnits(counts.first) / allUnits(counts.naive))} times the ` +
      `units, and the embedded database works on one at a time: its process took ${time(runs.databaseCpu)} of ` +
      `processor time in these ${time(runs.subject)}. With batches answered unstored the ratio is ` +
      `${(client.subject / client.baseline).toFixed(2)} (${time(client.subject)} against ${time(client.baseline)}, one turn)`,
  };
}

async function pairs(world: World, runner: Runner, { source, service }: Listed, database: string, turns: number) {
  const databaseCpu: number[] = [];
  const runs = await inTurns(
    turns,
    () => runner.call("naive", source, service, database, `naive/${world.newAccount()}`),
    async () => {
      const before = await world.databaseCpuMs();
      const run = await runner.call("sync", { source, service, database, account: world.newAccount() });
      databaseCpu.push((await world.databaseCpuMs()) - before);
      return run;
    },
    turns > 1,
  );
  return {
    baseline: median(runs.baseline.map(({ ms }) => ms)),
    subject: median(runs.subject.map(({ ms }) => ms)),
    databaseCpu: median(databaseCpu),
  };
}

function describe(items: number, { baseline, subject }: { baseline: number; subject: number }, turns: number): string {
  const often = turns > 1 ? `medians of ${turns} turns` : "one turn, it being long";
  return `${count(items)} items: ${time(subject)} against ${time(baseline)}, ${often}`;
}
