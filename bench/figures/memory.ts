import { rmSync } from "node:fs";
import path from "node:path";
import { count, type Figure, megabytes } from "../figure.ts";
import { type World, withRunner, withSimulator } from "../world.ts";

const SOURCE = "iot.account-associations";
const MAX_BYTES = 700e6;
/** Up to this much more than in proportion to the items counts as linear. */
const LINEAR = 1.1;

/** The most memory that the processes of two syncs had, in bytes. */
interface Peaks {
  readonly items: number;
  readonly first: number;
  /** A sync with changes lists, keeps and compares all that one without does. */
  readonly changed: number;
  /** A process that has synced nothing yet. */
  readonly idle: number;
}

/** The most memory of a sync of one large scope: first sync, 1 % changed, at two sizes. */
export async function memory({ sizes, lineageFile, say }: World): Promise<Figure[]> {
  const peaks = await Promise.all(
    sizes.memoryItems.map(async (items) => {
      say(`memory with ${count(items)} items in one scope`);
      return peaksOf(items, path.join(path.dirname(lineageFile), `${items}.db`));
    }),
  );
  const [small, large] = [peaks[0], peaks.at(-1)];
  if (!small || !large) throw new Error("nothing was measured");
  const highest = Math.max(large.first, large.changed);
  const growth = large.items / small.items;
  const isLinear = (["first", "changed"] as const).every(
    (run) => large[run] - large.idle <= (small[run] - small.idle) * growth * LINEAR,
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
          ({ items, first, changed, idle }) =>
            `${count(items)}: first ${megabytes(first)}, 1 % changed ${megabytes(changed)}, of which ${megabytes(idle)} before it began`,
        )
        .join("; "),
      limit: "the buffered listing, then the keys and hashes of what is stored",
    },
  ];
}

/** Each sync in a process of its own. */
async function peaksOf(items: number, file: string): Promise<Peaks> {
  return withSimulator("accountAssociations", items, async (simulator, service) => {
    const sync = () =>
      withRunner(async (runner) => {
        const idle = await runner.call("peakMemory");
        await runner.call("syncToSqlite", { source: SOURCE, service }, file);
        return { idle, peak: await runner.call("peakMemory") };
      });
    const first = await sync();
    await simulator.call("change");
    const changed = await sync();
    rmSync(file, { force: true });
    return { items, first: first.peak, changed: changed.peak, idle: first.idle };
  });
}
