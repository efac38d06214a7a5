import { count, type Figure, megabytes, time } from "../figure.ts";
import type { Growth, GrowthCurves } from "../figures/growth.ts";

/** The figures as Markdown: a table, and under it what each was made of. */
export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, baseline, aim, value, met }) => [
    name,
    baseline,
    aim,
    value,
    met ? "yes" : "**no**",
  ]);
  return markdownTable(["figure", "baseline in the same run", "aim", "measured", "met"], rows);
}

export function figuresDetail(figures: readonly Figure[]): string {
  return figures
    .map(({ name, detail, met, limit }) => {
      const lines = [`- **${name}.** ${sentence(detail)}`];
      if (!met && limit) lines.push(`  *Limited by* ${sentence(limit)}`);
      return lines.join("\n");
    })
    .join("\n");
}

export function growthTable(curves: GrowthCurves): string {
  const rows = curves.noChange.map((noChange, place) => [
    count(noChange.items),
    ...[noChange, curves.onePercent[place], curves.firstSync[place]].map(cell),
    time(curves.listing[place]?.ms ?? 0),
  ]);
  return markdownTable(["items", "no change", "1 % changed", "first sync", "listing alone"], rows);
}

function cell(growth: Growth | undefined): string {
  if (!growth) return "";
  const { ms, units, writes, peakMemory } = growth;
  return `${time(ms)}, ${count(units)} units, ${count(writes)} writing requests, ${megabytes(peakMemory)}`;
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
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
