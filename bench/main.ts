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
import { firstSync, unchangedSync } from "./figures/syncs.ts";
import { takeover } from "./figures/takeover.ts";
import { bundleProcesses } from "./processes/start.ts";
import { figuresText, load, machine, writeReport } from "./report.ts";
import { FULL, QUICK, type World } from "./world.ts";

/** Some of the figures, measured together, and a table that comes after them. */
type Part = (world: World) => Promise<{ readonly figures: readonly Figure[]; readonly table?: string }>;

const only = (figures: (world: World) => Promise<readonly Figure[]>): Part => {
  return async (world) => ({ figures: await figures(world) });
};

const PARTS: Readonly<Record<string, Part>> = {
  unchanged: only(unchangedSync),
  first: only(firstSync),
  takeover: only(takeover),
  prices: only(prices),
  reading: only(reading),
  memory: only(memory),
  start: only(async ({ sizes }) => [await coldStart(sizes.starts)]),
  asking: only(asking),
  fleet,
};
const NAMES = Object.keys(PARTS);
const DEFAULT = NAMES.filter((name) => name !== "asking" && name !== "fleet");

/** What is written to a document when all its parts were measured. */
const REPORTS = [
  { command: "npm run bench", document: "performance.md", parts: DEFAULT },
  { command: "npm run bench -- asking", document: "performance.md", parts: ["asking"] },
  { command: "npm run bench -- fleet", document: "scale.md", parts: ["fleet"] },
];

/**
 * Stage after stage, the lanes of each side by side. Whatever measures time has the machine to itself; the rest counts, measures memory, or
 * waits for the service at the same time as its baseline.
 */
const STAGES: readonly (readonly (readonly string[])[])[] = [
  [["first"]],
  [["reading"]],
  [["start"]],
  [["asking"]],
  [["memory"], ["takeover", "prices", "unchanged"]],
  [["fleet"]],
];

const USAGE = `npm run bench [-- options] [part ...]

Measures what docs/performance.md and docs/scale.md say, and writes it there.
Parts: ${NAMES.join(", ")} (default: all but asking and fleet).

  --quick        small sizes and few turns, to try the suite: prints, and writes nothing unless --docs is given
  --docs FOLDER  writes there instead
`;

const { values, positionals } = readArguments();
const chosen = positionals.length > 0 ? positionals : DEFAULT;
const started = performance.now();
const say = (what: string) =>
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${what}\n`);
const folder = mkdtempSync(path.join(tmpdir(), "stocktake-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const world: World = { sizes: values.quick ? QUICK : FULL, lineageFile: path.join(folder, "lineage.db"), say };

await bundleProcesses();
const measuredOn = machine();
say(measuredOn);
const measured = new Map<string, Awaited<ReturnType<Part>>>();
for (const stage of STAGES) await Promise.all(stage.map(measureLane));
const isWritten = values.docs !== undefined || !values.quick;
for (const { parts, ...report } of REPORTS.filter(({ parts }) => parts.every((name) => measured.has(name)))) {
  if (!isWritten) break;
  const figures = parts.flatMap((name) => measured.get(name)?.figures ?? []);
  const { table } = measured.get(parts[0] ?? "") ?? {};
  await writeReport(values.docs, { ...report, machine: measuredOn, figures, ...(table && { table }) });
}
say(`done; load ${load()}`);

async function measureLane(names: readonly string[]): Promise<void> {
  for (const name of names) if (chosen.includes(name)) await measure(name);
}

async function measure(name: string): Promise<void> {
  const found = await PARTS[name]?.(world);
  if (!found) return;
  measured.set(name, found);
  process.stdout.write(`${figuresText(found.figures)}\n${found.table ? `${found.table}\n` : ""}`);
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
