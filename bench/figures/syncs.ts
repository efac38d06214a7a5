import { existsSync } from "node:fs";
import { count, type Figure, time } from "../figure.ts";
import { inTurns, median } from "../statistics.ts";
import { type Runner, type World, withRunner, withSimulator } from "../world.ts";

const SOURCE = "sagemaker.associations";

/** A first sync into SQLite, flat out. The file of the last turn is the shared one. */
export async function firstSync(world: World): Promise<Figure[]> {
  return withSimulator("associations", world.sizes.items, (_simulator, service) =>
    withRunner(async (runner) => [await measureFirst(world, runner, service)]),
  );
}

async function measureFirst({ sizes, lineageFile, say }: World, runner: Runner, service: string): Promise<Figure> {
  const { items, turns } = sizes;
  say(`first sync of ${count(items)}, ${turns} turns`);
  let turn = 0;
  const first = await inTurns(
    turns,
    () => runner.call("upsertToSqlite", SOURCE, service),
    () => {
      turn += 1;
      return runner.call("syncToSqlite", { source: SOURCE, service }, turn === turns ? lineageFile : undefined);
    },
    false,
  );
  const [naive, synced] = [median(first.baseline.map(({ ms }) => ms)), median(first.subject.map(({ ms }) => ms))];
  return {
    name: `first sync of ${count(items)} on SQLite: wall, flat out`,
    baseline: "the paginator + one upsert a page into one SQLite table",
    aim: "≤ 2.0",
    value: (synced / naive).toFixed(2),
    met: synced / naive <= 2,
    detail: `${time(synced)} against ${time(naive)}, medians of ${turns} turns; the file has ${Math.round((first.subject[0]?.bytes ?? 0) / 1e6)} MB`,
    limit: "an item is a version, a log record and two edges, where the script has one row",
  };
}

/**
 * A sync into SQLite that finds nothing new, at a service's pace. It and the paginator wait for the service most of the time, at the same
 * time: what else the machine does slows both alike.
 */
export async function unchangedSync(world: World): Promise<Figure[]> {
  const { items, pageMs } = world.sizes;
  return withSimulator("associations", items, (simulator, service) =>
    withRunner(async (runner) => {
      const task = { source: SOURCE, service };
      if (!existsSync(world.lineageFile)) await runner.call("syncToSqlite", task, world.lineageFile);
      world.say(`no change, ${pageMs} ms a page, drained and synced at the same time`);
      await simulator.call("slow", pageMs);
      return [await measureUnchanged(world, runner, service)];
    }),
  );
}

async function measureUnchanged({ sizes, lineageFile }: World, runner: Runner, service: string): Promise<Figure> {
  const { items, pageMs } = sizes;
  const [drained, unchanged] = await withRunner((other) =>
    Promise.all([
      other.call("drain", SOURCE, service),
      runner.call("syncToSqlite", { source: SOURCE, service }, lineageFile),
    ]),
  );
  if (unchanged.result.unchanged !== items) throw new Error("the sync found changes");
  const pace = unchanged.ms / drained.ms;
  return {
    name: `no-change sync of ${count(items)}, ${pageMs} ms a page: wall`,
    baseline: "draining the official paginator",
    aim: "≤ 1.02",
    value: pace.toFixed(3),
    met: pace <= 1.02,
    detail: `${time(unchanged.ms)} against ${time(drained.ms)}, both at once; the sync lists closed scopes side by side`,
    limit: "parsing and hashing what came while the next page is awaited",
  };
}
