import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { count, type Figure, megabytes } from "../figure.ts";
import type { World } from "../world.ts";

const SOURCE = "iot.account-associations";
const MAX_BYTES = 700e6;
/** Up to this much more than in proportion to the items counts as linear. */
const LINEAR = 1.1;

/** The most memory of a sync of one large scope: first sync, no change, 1 % changed, at two sizes. */
export async function memory({ simulator, sizes, withRunner, say }: World): Promise<Figure[]> {
  const peaks: { items: number; first: number; unchanged: number; changed: number }[] = [];
  for (const items of sizes.memoryItems) {
    say(`memory with ${count(items)} items in one scope`);
    const service = await simulator.call("serve", "accountAssociations", items);
    const task = { source: SOURCE, service };
    const run = (file?: string) =>
      withRunner(async (runner) => {
        const { file: stored } = await runner.call("syncToSqlite", task, file ?? sharedFile());
        return { stored, peak: await runner.call("peakMemory") };
      });
    const first = await run();
    const unchanged = await run(first.stored);
    await simulator.call("change");
    const changed = await run(first.stored);
    rmSync(path.dirname(first.stored), { recursive: true, force: true });
    peaks.push({ items, first: first.peak, unchanged: unchanged.peak, changed: changed.peak });
  }
  const [small, large] = [peaks[0], peaks.at(-1)];
  if (!small || !large) throw new Error("nothing was measured");
  const highest = Math.max(large.first, large.unchanged, large.changed);
  const growth = large.items / small.items;
  const isLinear = (["first", "unchanged", "changed"] as const).every(
    (run) => large[run] <= small[run] * growth * LINEAR,
  );
  return [
    {
      name: `peak memory, ${count(large.items)} items in one scope`,
      baseline: "–",
      aim: "≤ 700 MB, linear",
      value: `${megabytes(highest)}, ${isLinear ? "linear or less" : "more than linear"}`,
      met: highest <= MAX_BYTES && isLinear,
      detail: peaks
        .map(
          ({ items, first, unchanged, changed }) =>
            `${count(items)}: first ${megabytes(first)}, no change ${megabytes(unchanged)}, 1 % changed ${megabytes(changed)}`,
        )
        .join("; "),
      limit: "the buffered listing, then the keys and hashes of what is stored",
    },
  ];
}

/** Outlives the process that writes it. */
function sharedFile(): string {
  return path.join(mkdtempSync(path.join(tmpdir(), "stocktake-bench-")), "inventory.db");
}
