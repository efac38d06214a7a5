import type { Figure } from "./figure.ts";
import { readingOverHttp } from "./figures/api.ts";
import { coldStart } from "./figures/cold-start.ts";
import { engineCpu } from "./figures/engine.ts";
import { firstSync, firstSyncFigure } from "./figures/first-sync.ts";
import { type GrowthCurves, growth } from "./figures/growth.ts";
import { listCalls } from "./figures/listing.ts";
import { peakMemory } from "./figures/memory.ts";
import { noChange } from "./figures/no-change.ts";
import { onePercent } from "./figures/one-percent.ts";
import { slowService } from "./figures/slow-service.ts";
import type { Sizes } from "./sizes.ts";
import type { World } from "./world.ts";

export interface Measurements {
  readonly figures: readonly Figure[];
  readonly growth?: GrowthCurves;
}

/** Some of the figures, measured together. */
export type Part = (world: World, sizes: Sizes, say: (what: string) => void) => Promise<Measurements>;

export const PARTS: Readonly<Record<string, Part>> = {
  sync: (world, sizes, say) => syncing(world, sizes, say),
  list: async (world, { tailItems }) => ({ figures: await listCalls(world, tailItems) }),
  engine: async (world) => ({ figures: [await world.withRunner(engineCpu)] }),
  api: async (world, sizes) => {
    const stored = await world.store(await world.list("sagemaker.associations", sizes.items));
    return { figures: await world.withRunner((runner) => readingOverHttp(world, runner, stored, sizes)) };
  },
  start: async (_world, { starts }) => ({ figures: [await coldStart(starts)] }),
  growth: async (world, sizes, say) => {
    const curves = await growth(world, sizes.growth, say);
    return { figures: [peakMemory(curves)], growth: curves };
  },
};

/** As a service of AWS might take. */
const SLOW_PAGE_MS = 50;

async function syncing(world: World, sizes: Sizes, say: (what: string) => void): Promise<Measurements> {
  const source = "sagemaker.associations";
  return world.withRunner(async (runner) => {
    say(`first sync of ${sizes.shortItems}, ${sizes.turns} turns`);
    const shortList = await world.list(source, sizes.shortItems);
    const short = await firstSync(world, runner, shortList, sizes.turns);
    say(`the same with ${SLOW_PAGE_MS} ms a page`);
    const slow = await slowService(world, runner, await world.store(shortList), SLOW_PAGE_MS);
    say(`storing ${sizes.items}`);
    const stored = await world.store(await world.list(source, sizes.items));
    const { service } = stored;
    say("counting what everything and a first sync cost");
    const naive = await world.counting((at) => runner.call("naive", source, service, at, "naive"), true);
    const first = await world.counting(
      (database) => runner.call("sync", { source, service, database, account: world.newAccount() }),
      true,
    );
    say("no change");
    const unchanged = await noChange(world, runner, stored, naive.counted, slow, sizes.turns);
    say("first sync");
    const counts = { naive: naive.counted, first: first.counted };
    const all = await firstSyncFigure(world, runner, stored, sizes.longTurns, { short, slow }, counts);
    say("1 % changed");
    return { figures: [...unchanged, all, await onePercent(world, runner, stored, naive.counted)] };
  });
}
