import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "aws-cdk-lib";
import type { InventoryProps } from "./inventory.ts";
import { InventoryStack } from "./inventory-stack.ts";
import { ASSUMED, type Assumed, type CostLine, centsOf, monthlyCost, type PricedTemplate } from "./monthly-cost.ts";

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

/** What is assumed, in words, and where it comes from. */
const ASSUMPTIONS: readonly (readonly [keyof Assumed, what: string, from: string])[] = [
  ["lineageItems", "items of lineage", "the workload"],
  ["otherItems", "other items", "the workload"],
  ["changesADay", "changes a day", "the workload"],
  ["apiRequests", "requests to the API", "the workload"],
  ["itemsAnApiRequest", "items for each of them", "the workload"],
  ["itemBytes", "bytes of an item", "a test compares it with what a simulated account has stored"],
  ["invocationLogBytes", "bytes that Lambda logs of an invocation", "its lines START, END and REPORT"],
  [
    "dispatchSeconds",
    "seconds of a dispatch",
    "three requests to DynamoDB one after the other, of 6 ms each: about five times that",
  ],
  [
    "syncSeconds",
    "seconds of a turn of four syncs",
    "a connection of 150 ms, a call of 50 ms and five requests to DynamoDB: about four times that",
  ],
  ["pageSeconds", "seconds of a page more", "a call of 50 ms: four times that"],
  ["publishSeconds", "seconds of publishing a change", "seven requests one after the other: about twice that"],
  [
    "apiSeconds",
    "seconds of an answer of the API",
    "four requests to DynamoDB one after the other: about four times that",
  ],
  [
    "verifySeconds",
    "seconds of verifying a service once a week",
    "34 MB of items at 150 ms each: about ten times that",
  ],
];

/** The tables of docs/cost.md: by service, line by line, and what is assumed. */
export function costTables(template: PricedTemplate): CostTable[] {
  const lines = monthlyCost(template);
  const total = dollars(sum(lines));
  const services = [...new Set(lines.map(({ service }) => service))];
  const short = services.map((service) => [service, dollars(sum(lines.filter((line) => line.service === service)))]);
  const doubled = ([name, what, from]: (typeof ASSUMPTIONS)[number]) => {
    const more = sum(monthlyCost(template, { ...ASSUMED, [name]: 2 * ASSUMED[name] })) - sum(lines);
    return [what, plain(ASSUMED[name]), from, dollars(more)];
  };
  const long = lines.map((line) => [`${line.service}, ${line.what}`, arithmetic(line), dollars(centsOf(line))]);
  return [
    table(["what", "a month"], [...short, ["**together**", `**${total}**`]]),
    table(["what", "arithmetic", "a month"], [...long, ["**together**", "", `**${total}**`]]),
    table(["assumed", "value", "where it comes from", "twice as much adds"], ASSUMPTIONS.map(doubled)),
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
