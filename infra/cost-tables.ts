import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "aws-cdk-lib";
import type { InventoryProps } from "./inventory.ts";
import { InventoryStack } from "./inventory-stack.ts";
import { type CostLine, centsOf, monthlyCost, type PricedTemplate } from "./monthly-cost.ts";

/** A table of docs/cost.md, and what its first line begins with. */
export interface CostTable {
  readonly start: string;
  readonly table: string;
}

/** The template of an inventory; by default of one without any setting. */
export function defaultTemplate(inventory: InventoryProps = {}): PricedTemplate {
  const outdir = mkdtempSync(path.join(tmpdir(), "stocktake-cost-"));
  try {
    const app = new App({ outdir, context: { "aws:cdk:bundling-stacks": [] } });
    const stack = new InventoryStack(app, "Stocktake", { inventory });
    return app.synth().getStackArtifact(stack.artifactId).template;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The tables of docs/cost.md: by service, and line by line. */
export function costTables(template: PricedTemplate): CostTable[] {
  const lines = monthlyCost(template);
  const total = dollars(sum(lines));
  const services = [...new Set(lines.map(({ service }) => service))];
  const short = services.map((service) => [service, dollars(sum(lines.filter((line) => line.service === service)))]);
  const long = lines.map((line) => [`${line.service}, ${line.what}`, arithmetic(line), dollars(centsOf(line))]);
  return [
    table(["what", "a month"], [...short, ["**together**", `**${total}**`]]),
    table(["what", "arithmetic", "a month"], [...long, ["**together**", "", `**${total}**`]]),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): CostTable {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |");
  const start = row(head);
  return { start, table: [start, row(head.map(() => "---")), ...rows.map(row)].join("\n") };
}

function sum(lines: readonly CostLine[]): number {
  return lines.reduce((cents, line) => cents + centsOf(line), 0);
}

function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}

function arithmetic({ factors, price }: CostLine): string {
  const isSmall = price < 0.001;
  const cost = isSmall ? `$${plain(price * 1_000_000)} / 1,000,000` : `$${plain(price)}`;
  return [...factors.map(plain), cost].join(" × ");
}

function plain(value: number): string {
  return value.toLocaleString("en-US", value < 1 ? { maximumSignificantDigits: 6 } : { maximumFractionDigits: 4 });
}
