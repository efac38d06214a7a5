import { parseArgs } from "node:util";
import type { Figure } from "./figure.ts";
import { coldStart } from "./figures/cold-start.ts";
import { memory } from "./figures/memory.ts";
import { prices } from "./figures/prices.ts";
import { reading } from "./figures/reading.ts";
import { syncs, takeover } from "./figures/syncs.ts";
import { start } from "./processes/start.ts";
import { figuresText, load, machine, writeReport } from "./report.ts";
import type { SimulatorCalls } from "./simulator.process.ts";
import { FULL, QUICK, type World, withRunner } from "./world.ts";

/** Some of the figures, measured together. */
type Part = (world: World) => Promise<readonly Figure[]>;

const PARTS: Readonly<Record<string, Part>> = {
  syncs,
  takeover,
  prices,
  reading,
  memory,
  start: async ({ sizes }) => [await coldStart(sizes.starts)],
};

const USAGE = `npm run bench [-- options] [part ...]

Measures what docs/performance.md says, and writes it there. Parts (default: all): ${Object.keys(PARTS).join(", ")}.

  --quick        small sizes and few turns, to try the suite: prints, and writes nothing unless --docs is given
  --docs FOLDER  writes there instead
`;

const { values, positionals } = readArguments();
const chosen = positionals.length > 0 ? positionals : Object.keys(PARTS);
const started = performance.now();
const say = (what: string) =>
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${what}\n`);
const simulator = start<SimulatorCalls>("simulator");
const world: World = { simulator, sizes: values.quick ? QUICK : FULL, withRunner, say };

const measuredOn = machine();
say(measuredOn);
const figures: Figure[] = [];
for (const name of chosen) {
  const measured = (await PARTS[name]?.(world)) ?? [];
  figures.push(...measured);
  process.stdout.write(`${figuresText(measured)}\n`);
}
await simulator.stop();
const isComplete = chosen.length === Object.keys(PARTS).length;
if (values.docs !== undefined || (isComplete && !values.quick)) await writeReport(values.docs, measuredOn, figures);
say(`done; load ${load()}`);

function readArguments() {
  try {
    const read = parseArgs({
      options: { quick: { type: "boolean" }, docs: { type: "string" }, help: { type: "boolean" } },
      allowPositionals: true,
    });
    const unknown = read.positionals.find((name) => !(name in PARTS));
    if (unknown) throw new Error(`Unknown part: ${unknown}`);
    if (!read.values.help) return read;
    process.stdout.write(USAGE);
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return process.exit(2);
  }
}
