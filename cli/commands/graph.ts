import { Command } from "commander";
import { endOf } from "../../functions/model/node.ts";
import { openApi, type Query } from "../read/api.ts";
import { printEntries, printOptions } from "../read/print.ts";
import { asOfRemarks } from "../read/remarks.ts";
import { settingsFrom } from "../settings.ts";
import type { Column } from "../table.ts";
import { addExamples, READING_CODES } from "./help.ts";
import { choiceOption, instantOption, type OutputOptions, wholeNumber, withOutput } from "./options.ts";

interface GraphOptions extends OutputOptions {
  readonly node: string;
  readonly direction?: "out" | "in" | "both";
  readonly depth?: number;
  readonly at?: string;
}

/** `stocktake graph` */
export function graphCommand(): Command {
  const command = new Command("graph")
    .summary("list what a node leads to, or comes from")
    .description("Lists the edges that can be reached from a node, nearest first, as of any instant.")
    .requiredOption("--node <name>", "where to start: an ARN or another name that edges have, or an item's id")
    .addOption(
      choiceOption("--direction <way>", ["out", "in", "both"], "along the edges, against them, or both (default: out)"),
    )
    .option(
      "--depth <n>",
      "how many edges away to go (default: 1, at most 10)",
      wholeNumber("--depth", "a whole number from 1 to 10"),
    )
    .addOption(instantOption("--at", "as of this instant, or this long ago: 2026-03-01, 2026-03-01T12:00:00Z, 24h, 7d"))
    .action(graph);
  const artifact = "arn:aws:sagemaker:eu-west-1:111122223333:artifact/0a1b";
  return addExamples(
    withOutput(command, "edges"),
    [
      ["what this artifact contributed to, in up to three steps", `npx stocktake graph --depth 3 --node ${artifact}`],
      ["on which images an application is", "npx stocktake graph --direction in --node wsa-0a1b2c3d4"],
      ["what was installed on an image a week ago", "npx stocktake graph --at 7d --node wsi-0a1b2c3d4"],
    ],
    READING_CODES,
  );
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly relation?: string;
  readonly source: string;
  readonly region: string;
}

interface Graph {
  readonly nodes: readonly { readonly node: string; readonly name?: string; readonly depth: number }[];
  readonly edges: readonly Edge[];
  readonly truncated: boolean;
  readonly asOf: string;
}

/** The API's limit. */
const MAX_EDGES = 5_000;

function truncatedRemark(shown: number): string {
  return `Showing ${shown} edges. Use --limit N or --all for more (at most ${MAX_EDGES}), or a smaller --depth.`;
}

async function graph(options: GraphOptions): Promise<void> {
  const max = options.all ? MAX_EDGES : options.limit;
  const query: Query = [
    ["node", options.node],
    ["direction", options.direction],
    ["depth", options.depth?.toString()],
    ["at", options.at],
    ["limit", String(max)],
  ];
  const api = await openApi(options, settingsFrom(process.env));
  try {
    const { nodes, edges, truncated, asOf } = await api.get<Graph>("/v1/graph", query);
    const depths = new Map(nodes.map(({ node, depth }) => [node, depth]));
    const depthOf = ({ from, to }: Edge) => 1 + startOf(options.direction, depths.get(from), depths.get(to));
    const names = new Map(nodes.map(({ node, name }) => [node, name]));
    const nameOf = (node: string) => names.get(node) ?? endOf(node);
    await printEntries(edges, {
      ...printOptions(options, columnsOf(depthOf, nameOf)),
      max,
      what: "edges",
      remarks: () => [...(truncated ? [truncatedRemark(edges.length)] : []), ...asOfRemarks(asOf, options.at)],
    });
  } finally {
    await api.close();
  }
}

/** How far away the end is from which the walk took an edge. */
function startOf(direction: GraphOptions["direction"], from = Infinity, to = Infinity): number {
  return direction === "both" ? Math.min(from, to) : direction === "in" ? to : from;
}

function columnsOf(depth: (edge: Edge) => number, nameOf: (node: string) => string): Column<Edge>[] {
  return [
    { heading: "DEPTH", text: (edge) => String(depth(edge)) },
    { heading: "FROM", text: (edge) => nameOf(edge.from), cut: "middle" },
    { heading: "RELATION", text: (edge) => edge.relation ?? "" },
    { heading: "TO", text: (edge) => nameOf(edge.to), cut: "middle" },
    { heading: "SOURCE", text: (edge) => edge.source, spare: true },
    { heading: "REGION", text: (edge) => edge.region, spare: true },
  ];
}
