import { Command } from "commander";
import { toSingleLine } from "../../functions/model/errors.ts";
import { EPOCH } from "../../functions/model/instant.ts";
import { note, print } from "../output.ts";
import { openApi, type Query } from "../read/api.ts";
import { type Format, printEntries, printOptions } from "../read/print.ts";
import { asOfRemarks } from "../read/remarks.ts";
import { settingsFrom } from "../settings.ts";
import { type Column, fitText, surfaceOf } from "../table.ts";
import { UsageError } from "../usage.ts";
import { addExamples, READING_CODES } from "./help.ts";
import { type FormatOptions, instantOption, wholeNumber, withFormat } from "./options.ts";

interface LineageOptions extends Omit<FormatOptions, "format"> {
  readonly format?: Format | "openlineage";
  readonly upstream?: boolean;
  readonly downstream?: boolean;
  readonly depth: number;
  readonly limit: number;
  readonly at?: string;
}

/** `stocktake lineage` */
export function lineageCommand(): Command {
  const command = new Command("lineage")
    .summary("show what something was made from, or what depends on it")
    .description(
      "Prints a tree of what a node depends on, or of what depends on it, as of any instant; in other formats its nodes.",
    )
    .argument("<node>", "a name, an ARN, an id of AWS, a URI such as s3://…, or an item's id")
    .option("--upstream", "what it was made from and depends on (default)")
    .option("--downstream", "what was made from it and depends on it")
    .option(
      "--depth <n>",
      "how many edges away to go, at most 10",
      wholeNumber("--depth", DEPTHS, MAX_DEPTH),
      MAX_DEPTH,
    )
    .option("--limit <n>", "the maximum number of edges", wholeNumber("--limit", LIMITS, MAX_EDGES), DEFAULT_EDGES)
    .addOption(instantOption("--at", "as of this instant, or this long ago: 2026-03-01, 2026-03-01T12:00:00Z, 24h, 7d"))
    .action(lineage);
  return addExamples(
    withFormat(command, ["openlineage"]),
    [
      ["which data trained the model behind an endpoint on 12 March", "npx stocktake lineage churn --at 2026-03-12"],
      ["what was made from a file", "npx stocktake lineage --downstream s3://churn-data/2026/events.parquet"],
      ["for tools that read OpenLineage", "npx stocktake lineage churn --format openlineage"],
      ["which workspaces an application is on", "npx stocktake lineage --downstream wsa-0a1b2c3d4"],
    ],
    READING_CODES,
  );
}

const MAX_DEPTH = 10;
const DEPTHS = `a whole number from 1 to ${MAX_DEPTH}`;
/** The API's limit. */
const MAX_EDGES = 5_000;
const DEFAULT_EDGES = 1_000;
const LIMITS = `a whole number from 1 to ${MAX_EDGES}`;

interface Node {
  readonly node: string;
  readonly depth: number;
  readonly name?: string;
  readonly type?: string;
  readonly state?: string;
  readonly removedAt?: string;
  readonly dangling: boolean;
  readonly names: readonly string[];
  readonly itemId?: string;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly relation?: string;
  readonly itemId: string;
  readonly source: string;
}

interface Graph {
  readonly nodes: readonly [Node, ...Node[]];
  readonly edges: readonly Edge[];
  readonly truncated: boolean;
  readonly asOf: string;
}

const COLUMNS: readonly Column<Node>[] = [
  { heading: "DEPTH", text: ({ depth }) => String(depth) },
  { heading: "TYPE", text: ({ type }) => type ?? "unknown" },
  { heading: "NAME", text: ({ name }) => name ?? "", cut: "end" },
  { heading: "STATE", text: ({ state }) => state ?? "" },
  { heading: "NODE", text: ({ node }) => node, cut: "middle" },
];

async function lineage(name: string, options: LineageOptions): Promise<void> {
  if (options.upstream && options.downstream) {
    throw new UsageError("--upstream and --downstream are two directions: give one of them");
  }
  const query: Query = [
    ["node", name],
    ["direction", options.downstream ? "downstream" : "upstream"],
    ["depth", String(options.depth)],
    ["at", options.at],
    ["limit", String(options.limit)],
  ];
  const api = await openApi(options, settingsFrom(process.env));
  try {
    const graph = await api.get<Graph>("/v1/graph", query);
    const { nodes, edges, truncated, asOf } = graph;
    if (nodes[0].dangling && edges.length === 0) {
      for (const line of asOf === EPOCH ? asOfRemarks(asOf, options.at) : [unknownRemark(name, asOf)]) note(line);
      return;
    }
    for (const line of asOfRemarks(asOf, options.at)) note(line);
    if (truncated) {
      note(`Showing ${edges.length} edges. Use --limit N for more (at most ${MAX_EDGES}), or a smaller --depth.`);
    }
    if (options.format === "openlineage") {
      const { openLineageEvents } = await import("../openlineage.ts");
      for (const event of await openLineageEvents(api, graph, asOf)) await print(`${JSON.stringify(event)}\n`);
      return;
    }
    const printing = printOptions({ ...options, format: options.format }, COLUMNS);
    if (printing.format === "table" && !options.columns) {
      const { width } = surfaceOf(process.stdout);
      for (const line of treeOf(graph)) await print(`${fitText(line, width, "end")}\n`);
    } else {
      await printEntries(nodes, { ...printing, what: "nodes" });
    }
  } finally {
    await api.close();
  }
}

function unknownRemark(name: string, asOf: string): string {
  return `Nothing is known of ${toSingleLine(name)} as of ${asOf}: use an ARN, or a name that \`stocktake items\` shows.`;
}

/** The nearest nodes first, each with its own below it once; where it comes again it only says so. */
function* treeOf({ nodes, edges }: Graph): Generator<string> {
  const known = new Map(nodes.map((node) => [node.node, node]));
  const below = new Map<string, { readonly edge: Edge; readonly node: Node }[]>();
  for (const edge of edges) {
    const [one, other] = [known.get(edge.from), known.get(edge.to)];
    if (!one || !other || one.depth === other.depth) continue;
    const [near, far] = one.depth < other.depth ? [one, other] : [other, one];
    const children = below.get(near.node) ?? [];
    below.set(near.node, children);
    if (far.depth === near.depth + 1 && !children.some(({ node }) => node === far)) children.push({ edge, node: far });
  }
  const shown = new Set<string>();
  function* childrenOf(node: Node, indent: string): Generator<string> {
    const children = below.get(node.node) ?? [];
    for (const [index, { edge, node: child }] of children.entries()) {
      const isLast = index === children.length - 1;
      const isNew = !shown.has(child.node);
      shown.add(child.node);
      const hidden = !isNew && below.has(child.node) ? "  (see above)" : "";
      yield `${indent}${isLast ? "└─ " : "├─ "}${titleOf(child)}  ${edge.relation ?? ""}  ${toSingleLine(child.node)}${hidden}`;
      if (isNew) yield* childrenOf(child, `${indent}${isLast ? "   " : "│  "}`);
    }
  }
  const [start] = nodes;
  yield `${titleOf(start)}  ${toSingleLine(start.node)}`;
  yield* childrenOf(start, "");
}

function titleOf({ type, name, node, state, removedAt, dangling }: Node): string {
  const gone = removedAt === undefined ? "not in the inventory" : `removed ${removedAt}`;
  const note = dangling ? ` (${gone})` : state === undefined ? "" : ` (${state})`;
  return toSingleLine(`${type ?? "unknown"} ${name ?? node}${note}`);
}
