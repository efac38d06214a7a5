import { count } from "../figure.ts";
import { inTurns, median } from "../statistics.ts";
import type { Runner, Stored, World } from "../world.ts";
import { firstSync } from "./first-sync.ts";

const TURNS = 3;

/** What syncs take, against their baselines, of a service that takes its time; the simulator answers faster than any. */
export interface SlowService {
  /** "with 50 ms a page, 10,000 items" */
  readonly setting: string;
  readonly noChange: number;
  readonly firstSync: number;
}

export async function slowService(world: World, runner: Runner, stored: Stored, pageMs: number): Promise<SlowService> {
  const { source, service, account, items } = stored;
  const database = await world.database();
  await world.simulator.call("slow", pageMs);
  const unchanged = await inTurns(
    TURNS,
    () => runner.call("drain", source, service),
    () => runner.call("sync", { source, service, account, database }),
    false,
  );
  const first = await firstSync(world, runner, stored, 1);
  await world.simulator.call("slow", 0);
  return {
    setting: `with ${pageMs} ms a page, ${count(items)} items`,
    noChange: median(unchanged.subject.map(({ ms }) => ms)) / median(unchanged.baseline.map(({ ms }) => ms)),
    firstSync: first.ratio,
  };
}
