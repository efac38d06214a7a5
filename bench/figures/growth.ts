import { allUnits, type Counted, writeRequests } from "../counting/tally.ts";
import type { Runner, World } from "../world.ts";

const SOURCE = "iot.account-associations";

/** One run, in a process in which nothing ran before, everything it asked of the database counted. */
export interface Growth {
  readonly items: number;
  readonly ms: number;
  readonly units: number;
  readonly writes: number;
  readonly peakMemory: number;
}

export interface GrowthCurves {
  readonly noChange: readonly Growth[];
  readonly firstSync: readonly Growth[];
  readonly onePercent: readonly Growth[];
  /** The listing alone. */
  readonly listing: readonly Omit<Growth, "units" | "writes">[];
}

/** One scope that is listed without order, a thousand items a page, at several sizes. */
export async function growth(
  world: World,
  sizes: readonly number[],
  say: (what: string) => void,
): Promise<GrowthCurves> {
  const curves = {
    noChange: [] as Growth[],
    firstSync: [] as Growth[],
    onePercent: [] as Growth[],
    listing: [] as Omit<Growth, "units" | "writes">[],
  };
  for (const items of sizes) {
    say(`${items.toLocaleString("en-GB")} items: storing`);
    const stored = await world.store(await world.list(SOURCE, items));
    const { source, service, account } = stored;
    say(`${items.toLocaleString("en-GB")} items: listing, syncing`);
    curves.listing.push(
      await world.withRunner(async (runner) => {
        const { ms } = await runner.call("drain", source, service);
        return { items, ms, peakMemory: await runner.call("peakMemory") };
      }),
    );
    const one = (account: string, swallow: boolean) =>
      world.withRunner((runner) => grown(world, runner, { items, source, service, account }, swallow));
    curves.noChange.push(await one(account, false));
    await world.simulator.call("change");
    curves.onePercent.push(await one(account, false));
    curves.firstSync.push(await one(world.newAccount(), true));
  }
  return curves;
}

async function grown(
  world: World,
  runner: Runner,
  task: { items: number; source: string; service: string; account: string },
  swallow: boolean,
): Promise<Growth> {
  const { items, ...sync } = task;
  const { result, counted } = await world.counting((database) => runner.call("sync", { ...sync, database }), swallow);
  return { items, ms: result.ms, ...countsOf(counted), peakMemory: await runner.call("peakMemory") };
}

function countsOf(counted: Counted) {
  return { units: allUnits(counted), writes: writeRequests(counted) };
}
