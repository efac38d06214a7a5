import { createHash } from "node:crypto";
import type { Instant } from "../functions/model/instant.ts";
import { mapConcurrent } from "../functions/model/map-concurrent.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import type { GraphEdge, GraphNode, ReportedGraph } from "./evidence/contents.ts";
import type { Api } from "./read/api.ts";
import { version } from "./version.ts";

/*
 * A lineage as events of OpenLineage: what ran is a run of a job, everything else is a data set. docs/reports.md says what maps to what.
 */

const PRODUCER = `pkg:npm/stocktake@${version}`;
const SPEC = "https://openlineage.io/spec";
const CORE = `${SPEC}/2-0-2/OpenLineage.json#/$defs`;
const REQUESTS_AT_ONCE = 8;

/** What of SageMaker runs, by the type in its ARN. */
const RUNS =
  /^arn:[^:]*:sagemaker:[^:]*:[^:]*:(training-job|processing-job|transform-job|experiment-trial-component|action)\//;

interface Named {
  readonly namespace: string;
  readonly name: string;
}

type Event = Readonly<Record<string, unknown>>;

/** The events of a lineage as of an instant: those of runs in order of time, then relations between data sets that no run made. */
export async function openLineageEvents(api: Api, graph: ReportedGraph, asOf: Instant): Promise<Event[]> {
  const nodes = new Map(graph.nodes.map((node) => [node.node, node]));
  const nodeOf = (name: string): GraphNode => nodes.get(name) ?? { node: name, names: [name], dangling: true };
  const upstream = new Set(SOURCES.filter(({ edgesLead }) => edgesLead === "upstream").map(({ id }) => id));
  const flows = graph.edges.map((edge) => {
    const [from, to] = upstream.has(edge.source) ? [edge.to, edge.from] : [edge.from, edge.to];
    return { edge, from: nodeOf(from), to: nodeOf(to) };
  });
  const runs = new Map<string, GraphNode>();
  for (const node of [...nodes.values(), ...flows.flatMap(({ from, to }) => [from, to])]) {
    if (isRun(node)) runs.set(node.node, node);
  }
  const ofRuns = await mapConcurrent(REQUESTS_AT_ONCE, [...runs.values()], async (node) => {
    const inputs = flows
      .filter(({ to }) => to.node === node.node)
      .map(({ from }) => (isRun(from) ? resultOf(from) : described(from)));
    const outputs = flows
      .filter(({ from }) => from.node === node.node)
      .map(({ to }) => (isRun(to) ? resultOf(node) : described(to)));
    return runEvents(
      node,
      { inputs: unique(inputs), outputs: unique(outputs) },
      { asOf, document: await documentOf(api, node, asOf) },
    );
  });
  const related = flows.filter(({ from, to }) => !isRun(from) && !isRun(to)).map((flow) => relationEvent(flow, asOf));
  return [...ofRuns.flat().sort(byTime), ...related];
}

function isRun({ names, node }: GraphNode): boolean {
  return [node, ...names].some((name) => RUNS.test(name));
}

function byTime(a: Event, b: Event): number {
  return String(a.eventTime) < String(b.eventTime) ? -1 : String(a.eventTime) > String(b.eventTime) ? 1 : 0;
}

/** An ARN's service, region and account are its namespace, a URI's scheme and host are. */
function namedAs(name: string): Named {
  const [, arn, resource] = /^(arn:[^:]*:[^:]*:[^:]*:[^:]*):(.+)$/s.exec(name) ?? [];
  if (arn !== undefined && resource !== undefined) return { namespace: arn, name: resource };
  const [, host, path] = /^([a-z][a-z0-9+.-]*:\/\/[^/]+)\/(.+)$/is.exec(name) ?? [];
  return host !== undefined && path !== undefined ? { namespace: host, name: path } : { namespace: "aws", name };
}

/** A data set is called by where it lies, where that is known, so that it is the same one in other tools' lineage. */
function described({ node, names, type }: GraphNode): Event {
  const location = names.find((name) => /^[a-z0-9]+:\/\//i.test(name)) ?? node;
  const others = [...new Set([node, ...names])].filter((name) => name !== location);
  return {
    ...namedAs(location),
    facets: {
      ...(type !== undefined && {
        datasetType: facet("facets/1-0-0/DatasetTypeDatasetFacet.json#/$defs/DatasetTypeDatasetFacet", {
          datasetType: type,
        }),
      }),
      ...(others.length > 0 && {
        symlinks: facet("facets/1-0-1/SymlinksDatasetFacet.json#/$defs/SymlinksDatasetFacet", {
          identifiers: others.map((name) => ({ ...namedAs(name), type: type ?? "unknown" })),
        }),
      }),
    },
  };
}

/** What stands between two runs where no data set is known. */
function resultOf(run: GraphNode): Event {
  const { namespace, name } = namedAs(run.node);
  return { namespace, name: `${name}/result` };
}

function facet(schema: string, members: Event): Event {
  return { _producer: PRODUCER, _schemaURL: `${SPEC}/${schema}`, ...members };
}

function unique(datasets: readonly Event[]): Event[] {
  return [...new Map(datasets.map((each) => [`${each.namespace} ${each.name}`, each])).values()];
}

async function documentOf(api: Api, { itemId }: GraphNode, asOf: Instant): Promise<Event> {
  if (itemId === undefined) return {};
  return (await api.get<{ readonly document: Event }>(`/v1/items/${itemId}`, [["at", asOf]])).document;
}

/** How a run ended, by the words of SageMaker's states. */
const STATES: readonly (readonly [RegExp, string])[] = [
  [/^(Completed|Complete|Succeeded)$/i, "COMPLETE"],
  [/^Failed$/i, "FAIL"],
  [/^(Stopped|Aborted)$/i, "ABORT"],
];

interface RunData {
  readonly inputs: readonly Event[];
  readonly outputs: readonly Event[];
}

function runEvents(
  node: GraphNode,
  data: RunData,
  { asOf, document }: { readonly asOf: Instant; readonly document: Event },
): Event[] {
  const { type = "unknown", state } = node;
  const job = {
    ...namedAs(node.node),
    facets: {
      jobType: facet("facets/2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet", {
        ...{ processingType: "BATCH", integration: "SAGEMAKER", jobType: type },
      }),
    },
  };
  const event = (eventType: string, eventTime: Instant) => ({
    ...{ eventType, eventTime, run: { runId: uuidOf(node.node) }, job, ...data },
    ...{ producer: PRODUCER, schemaURL: `${CORE}/RunEvent` },
  });
  const started = timeIn(document, ["StartTime", "TrainingStartTime", "CreationTime"]);
  const ended = timeIn(document, [
    "EndTime",
    "TrainingEndTime",
    "ProcessingEndTime",
    "TransformEndTime",
    "LastModifiedTime",
  ]);
  const [, end] = STATES.find(([states]) => states.test(state ?? "")) ?? [];
  return [
    ...(started !== undefined && started <= asOf ? [event("START", started)] : []),
    ...(end === undefined ? [event("OTHER", asOf)] : [event(end, ended !== undefined && ended <= asOf ? ended : asOf)]),
  ];
}

function timeIn(document: Event, members: readonly string[]): Instant | undefined {
  const texts = members.map((member) => document[member]).filter((value) => typeof value === "string");
  return texts.find((text) => !Number.isNaN(Date.parse(text)));
}

/** A relation that no run made is a job of its own that never runs. */
function relationEvent({ edge, from, to }: { edge: GraphEdge; from: GraphNode; to: GraphNode }, asOf: Instant): Event {
  const { namespace, name } = namedAs(to.node);
  return {
    ...{ eventTime: asOf, producer: PRODUCER, schemaURL: `${CORE}/JobEvent` },
    job: { namespace, name: `${edge.relation ?? "related"}/${name}` },
    ...{ inputs: [described(from)], outputs: [described(to)] },
  };
}

/** The same for the same name, for ever: a UUID of version 5, of names that are URIs. */
function uuidOf(name: string): string {
  const namespace = Buffer.from("6ba7b8119dad11d180b400c04fd430c8", "hex");
  const bytes = createHash("sha1").update(namespace).update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
