import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import path from "node:path";
import { type Figure, NO_AIM } from "./figure.ts";

const DOCS = path.resolve(import.meta.dirname, "../docs");
const END = "<!-- figures end -->";

/** What was measured, for one document. */
export interface Report {
  readonly document: string;
  /** What measures and writes it: a document may have figures of several commands. */
  readonly command: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
  /** Another table, after the figures. */
  readonly table?: string;
}

/** Puts what was measured between the command's markers in the document. */
export async function writeReport(folder: string = DOCS, report: Report): Promise<void> {
  await mkdir(folder, { recursive: true });
  const page = path.join(folder, report.document);
  const begin = `<!-- figures: written by ${report.command} -->`;
  const written = await readFile(page, "utf8").catch(() => "");
  const text = written.includes(begin) ? written : `${written}${begin}\n\n${END}\n`;
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(END, from);
  if (to === -1) throw new Error(`${page} lacks the marker ${END}`);
  const { machine, figures } = report;
  const parts = [`Measured on: ${machine}.`, table(figures), details(figures), ...(report.table ? [report.table] : [])];
  await writeFile(page, `${text.slice(0, from)}\n\n${parts.join("\n\n")}\n\n${text.slice(to)}`);
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, baseline, aim, value, met }) => [
    name,
    baseline,
    aim,
    value,
    aim === NO_AIM ? aim : met ? "yes" : "**no**",
  ]);
  const head = ["figure", "baseline in the same run", "aim", "measured", "met"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function details(figures: readonly Figure[]): string {
  return figures
    .map(({ name, detail, met, limit }) => {
      const lines = [`- **${name}.** ${sentence(detail)}`];
      if (!met && limit) lines.push(`  *Limited by* ${sentence(limit)}`);
      return lines.join("\n");
    })
    .join("\n");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** The figures for a terminal. */
export function figuresText(figures: readonly Figure[]): string {
  return figures
    .map(
      ({ name, aim, value, met, detail }) =>
        `${met ? "met  " : "UNMET"} ${name}: ${value} (aim ${aim})\n      ${detail}`,
    )
    .join("\n");
}

/** What it was measured on, in one line. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const date = new Date().toISOString().slice(0, 10);
  return `${cpu?.model.trim() ?? "unknown CPU"}, ${availableParallelism()} cores, ${memory} GB, ${process.platform}, Node.js ${process.versions.node}, ${date}; load ${load()} when it began`;
}

/** How busy the machine is, in processes that want to run. */
export function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
