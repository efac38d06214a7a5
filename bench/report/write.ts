import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { count, type Figure, megabytes, time } from "../figure.ts";
import type { Growth, GrowthCurves } from "../figures/growth.ts";
import { plotSvg } from "./plot.ts";
import { figuresDetail, figuresTable, growthTable } from "./tables.ts";

export interface Report {
  readonly machine: string;
  readonly figures: readonly Figure[];
  readonly growth?: GrowthCurves;
}

const DOCS = path.resolve(import.meta.dirname, "../../docs");

/** Puts what was measured between its markers in performance.md, and the plots beside it. */
export async function writeReport(folder: string = DOCS, { machine, figures, growth }: Report): Promise<void> {
  await mkdir(folder, { recursive: true });
  const page = path.join(folder, "performance.md");
  let text = await readFile(page, "utf8").catch(() => EMPTY_PAGE);
  if (figures.length > 0) {
    text = between(
      text,
      "figures",
      [`Measured on: ${machine}.`, figuresTable(figures), figuresDetail(figures)].join("\n\n"),
    );
  }
  if (growth) {
    text = between(text, "growth", [`Measured on: ${machine}.`, growthTable(growth)].join("\n\n"));
    for (const [name, svg] of Object.entries(plots(growth)))
      await writeFile(path.join(folder, `growth-${name}.svg`), svg);
  }
  await writeFile(page, text);
}

function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: written by npm run bench -->`, `<!-- ${name} end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`performance.md lacks the markers ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

const EMPTY_PAGE = ["figures", "growth"]
  .map((name) => `<!-- ${name}: written by npm run bench -->\n<!-- ${name} end -->\n`)
  .join("\n");

function plots({ noChange, onePercent, firstSync, listing }: GrowthCurves): Record<string, string> {
  const syncs = { "no change": noChange, "1 % changed": onePercent, "first sync": firstSync };
  const curves = (y: (growth: Growth) => number) =>
    Object.entries(syncs).map(([name, points]) => ({
      name,
      points: points.map((point) => ({ x: point.items, y: y(point) })),
    }));
  const alone = (y: (point: (typeof listing)[number]) => number) => ({
    name: "listing alone",
    points: listing.map((point) => ({ x: point.items, y: y(point) })),
  });
  const xLabel = "items in the scope";
  return {
    time: plotSvg({
      title: "Wall time of a sync",
      xLabel,
      yLabel: "wall time",
      curves: [...curves(({ ms }) => ms), alone(({ ms }) => ms)],
      format: time,
    }),
    units: plotSvg({
      title: "DynamoDB request units of a sync",
      xLabel,
      yLabel: "read and write units",
      curves: curves(({ units }) => units),
      format: count,
    }),
    memory: plotSvg({
      title: "Peak memory of a sync's process",
      xLabel,
      yLabel: "resident memory",
      curves: [...curves(({ peakMemory }) => peakMemory), alone(({ peakMemory }) => peakMemory)],
      format: megabytes,
    }),
  };
}
