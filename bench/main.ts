import { parseArgs } from "node:util";
import type { Figure } from "./figure.ts";
import type { GrowthCurves } from "./figures/growth.ts";
import { PARTS, type Part } from "./parts.ts";
import { load, machine } from "./report/machine.ts";
import { figuresText, growthTable } from "./report/tables.ts";
import { writeReport } from "./report/write.ts";
import { FULL, QUICK, type Sizes } from "./sizes.ts";
import { World } from "./world.ts";

const USAGE = `npm run bench [-- options] [part ...]

Measures what docs/performance.md says, and writes it there. Without a part, all of them: ${Object.keys(PARTS).join(", ")}.

  --quick        small sizes and few turns, to try the suite: prints, and writes nothing unless --docs is given
  --items N      the items of the figures that name no other number
  --turns N      turns of each figure that takes several
  --docs FOLDER  writes there instead
`;

const { values, positionals } = readArguments();
const chosen = positionals.length > 0 ? positionals : Object.keys(PARTS);
const sizes: Sizes = {
  ...(values.quick ? QUICK : FULL),
  ...(values.items && { items: Number(values.items) }),
  ...(values.turns && { turns: Number(values.turns) }),
};
const world = new World();
const started = performance.now();
const say = (what: string) =>
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${what}\n`);

const place = `${machine()}; load ${load()} when it began`;
say(place);
const figures: Figure[] = [];
let growth: GrowthCurves | undefined;
for (const name of chosen) {
  const part = PARTS[name] as Part;
  say(name);
  const measured = await part(world, sizes, (what) => say(`${name}: ${what}`));
  figures.push(...measured.figures);
  growth ??= measured.growth;
  process.stdout.write(`${figuresText(measured.figures)}\n`);
}
await world.stop();
if (growth) process.stdout.write(`\n${growthTable(growth)}\n`);
if (!values.quick || values.docs) {
  const whole = chosen.length === Object.keys(PARTS).length;
  await writeReport(values.docs, { machine: place, figures: whole ? figures : [], ...(growth && { growth }) });
}
say(`done; load ${load()}`);

function readArguments() {
  try {
    const read = parseArgs({
      options: {
        quick: { type: "boolean" },
        items: { type: "string" },
        turns: { type: "string" },
        docs: { type: "string" },
        help: { type: "boolean" },
      },
      allowPositionals: true,
    });
    const unknown = read.positionals.find((name) => !(name in PARTS));
    if (unknown) throw new Error(`there is no part ${unknown}`);
    if (read.values.items && !/^[1-9]\d*000$/.test(read.values.items)) throw new Error("--items takes thousands");
    if (read.values.turns && !/^[1-9]\d?$/.test(read.values.turns)) throw new Error("--turns takes 1 to 99");
    if (!read.values.help) return read;
    process.stdout.write(USAGE);
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return process.exit(2);
  }
}
