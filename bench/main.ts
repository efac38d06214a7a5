import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Figure } from "./figure.ts";
import { asking } from "./figures/asking.ts";
import { coldStart } from "./figures/cold-start.ts";
import { fleet } from "./figures/fleet.ts";
import { memory } from "./figures/memory.ts";
import { prices } from "./figures/prices.ts";
import { reading } from "./figures/reading.ts";
import { syncs } from "./figures/syncs.ts";
import { takeover } from "./figures/takeover.ts";
import { figuresText, load, machine, writeReport } from "./report.ts";
import { FULL, QUICK, type World } from "./world.ts";

/** Some of the figures, measured together. */
type Part = (world: World) => Promise<readonly Figure[]>;

const PARTS: Readonly<Record<string, Part>> = {
  syncs,
  takeover,
  prices,
  reading,
  asking,
  memory,
  start: async ({ sizes }) => [await coldStart(sizes.starts)],
};

/** Virtual time, which a document of its own tells of. */
const FLEET = "fleet";
const NAMES = [...Object.keys(PARTS), FLEET];

/** What runs side by side, stage after stage. Whatever measures time has the machine to itself; the rest counts, or measures memory. */
const STAGES: readonly (readonly string[])[] = [
  ["syncs"],
  ["reading"],
  ["asking"],
  ["start"],
  ["memory", "takeover", "prices"],
];

const USAGE = `npm run bench [-- options] [part ...]

Measures what docs/performance.md and docs/scale.md say, and writes it there. Parts (default: all): ${NAMES.join(", ")}.

  --quick        small sizes and few turns, to try the suite: prints, and writes nothing unless --docs is given
  --docs FOLDER  writes there instead
`;

const { values, positionals } = readArguments();
const chosen = positionals.length > 0 ? positionals : NAMES;
const started = performance.now();
const say = (what: string) =>
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${what}\n`);
const folder = mkdtempSync(path.join(tmpdir(), "stocktake-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const world: World = { sizes: values.quick ? QUICK : FULL, lineageFile: path.join(folder, "lineage.db"), say };

const measuredOn = machine();
say(measuredOn);
const measured = new Map<string, readonly Figure[]>();
for (const stage of STAGES) await Promise.all(stage.filter((name) => chosen.includes(name)).map(measure));
const figures = Object.keys(PARTS).flatMap((name) => measured.get(name) ?? []);
const isComplete = Object.keys(PARTS).every((name) => chosen.includes(name));
if (figures.length > 0 && (values.docs !== undefined || (isComplete && !values.quick))) {
  await writeReport(values.docs, { document: "performance.md", machine: measuredOn, figures });
}
if (chosen.includes(FLEET)) {
  const measured = await fleet(world);
  process.stdout.write(`${figuresText(measured.figures)}\n${measured.table}\n`);
  if (values.docs !== undefined || !values.quick) {
    await writeReport(values.docs, { document: "scale.md", machine: measuredOn, ...measured });
  }
}
say(`done; load ${load()}`);

async function measure(name: string): Promise<void> {
  const found = (await PARTS[name]?.(world)) ?? [];
  measured.set(name, found);
  process.stdout.write(`${figuresText(found)}\n`);
}

function readArguments() {
  try {
    const read = parseArgs({
      options: { quick: { type: "boolean" }, docs: { type: "string" }, help: { type: "boolean" } },
      allowPositionals: true,
    });
    const unknown = read.positionals.find((name) => !NAMES.includes(name));
    if (unknown) throw new Error(`Unknown part: ${unknown}`);
    if (!read.values.help) return read;
    process.stdout.write(USAGE);
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return process.exit(2);
  }
}
