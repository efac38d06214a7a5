import { createHash } from "node:crypto";
import { epochMs, type Instant, instantOf } from "../functions/model/instant.ts";
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
type Dataset = Named & Event;

/** An edge, in the direction in which data flows. */
interface Flow {
  readonly edge: GraphEdge;
  readonly from: GraphNode;
  readonly to: GraphNode;
}

/** The events of a lineage as of an instant: those of runs in order of time, then of relations between data sets that no run made. */
export async function openLineageEvents(api: Api, graph: ReportedGraph, asOf: Instant): Promise<Event[]> {
  const nodes = new Map(graph.nodes.map((node) => [node.node, node]));
  const nodeOf = (name: string): GraphNode => nodes.get(name) ?? { node: name, names: [name], dangling: true };
  const upstream = new Set(SOURCES.filter(({ edgesLead }) => edgesLead === "upstream").map(({ id }) => id));
  const flows = graph.edges.map((edge): Flow => {
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
      { asOf, ...(await itemOf(api, node, asOf)) },
    );
  });
  return [...ofRuns.flat().sort(byTime), ...relationEvents(flows, asOf)];
}

function isRun({ names, node }: GraphNode): boolean {
  return [node, ...names].some((name) => RUNS.test(name));
}

function byTime(a: Event, b: Event): number {
  return String(a.eventTime) < String(b.eventTime) ? -1 : String(a.eventTime) > String(b.eventTime) ? 1 : 0;
}

/** By the naming rules: a bucket is a namespace; otherwise an ARN's service, region and account are, and a URI's scheme and host. */
function namedAs(name: string): Named {
  const [, bucket, key] = /^(?:arn:[^:]*:s3:::|s3[an]?:\/\/)([^/]+)\/?(.*)$/is.exec(name) ?? [];
  if (bucket !== undefined) return { namespace: `s3://${bucket}`, name: key || "/" };
  const [, arn, resource] = /^(arn:[^:]*:[^:]*:[^:]*:[^:]*):(.+)$/s.exec(name) ?? [];
  if (arn !== undefined && resource !== undefined) return { namespace: arn, name: resource };
  const [, host, path] = /^([a-z][a-z0-9+.-]*:\/\/[^/]+)\/?(.*)$/is.exec(name) ?? [];
  return host === undefined ? { namespace: "aws", name } : { namespace: host, name: path || "/" };
}

const isLocation = (name: string) => /^[a-z][a-z0-9+.-]*:\/\//i.test(name);

/** A data set is called by where it lies, where that is known, so that it is the same one in other tools' lineage. */
function described({ node, names, type }: GraphNode): Dataset {
  const all = [...new Set([node, ...names])];
  const named = namedAs(all.find(isLocation) ?? node);
  const others = all.map(namedAs).filter((other) => keyOf(other) !== keyOf(named));
  return {
    ...named,
    facets: {
      ...(type !== undefined && {
        datasetType: facet("facets/1-0-0/DatasetTypeDatasetFacet.json#/$defs/DatasetTypeDatasetFacet", {
          datasetType: type,
        }),
      }),
      ...(others.length > 0 && {
        symlinks: facet("facets/1-0-1/SymlinksDatasetFacet.json#/$defs/SymlinksDatasetFacet", {
          identifiers: unique(others).map((other) => ({ ...other, type: type ?? "unknown" })),
        }),
      }),
    },
  };
}

/** What stands between two runs where no data set is known. */
function resultOf(run: GraphNode): Dataset {
  const { namespace, name } = namedAs(run.node);
  return { namespace, name: `${name}/result` };
}

function facet(schema: string, members: Event): Event {
  return { _producer: PRODUCER, _schemaURL: `${SPEC}/${schema}`, ...members };
}

function keyOf({ namespace, name }: Named): string {
  return JSON.stringify([namespace, name]);
}

function unique<Each extends Named>(named: readonly Each[]): Each[] {
  return [...new Map(named.map((each) => [keyOf(each), each])).values()];
}

/** What is known of the item that a run is. */
interface RunItem {
  readonly document: Event;
  readonly firstSeenAt?: Instant;
}

async function itemOf(api: Api, { itemId }: GraphNode, asOf: Instant): Promise<RunItem> {
  return itemId === undefined ? { document: {} } : api.get<RunItem>(`/v1/items/${itemId}`, [["at", asOf]]);
}

/** How a run ended, by the words of SageMaker's states. */
const STATES: readonly (readonly [RegExp, string])[] = [
  [/^(Completed|Complete|Succeeded)$/i, "COMPLETE"],
  [/^Failed$/i, "FAIL"],
  [/^(Stopped|Aborted)$/i, "ABORT"],
];
const RUNNING = /^(InProgress|Starting|Running|Stopping)$/i;

interface RunData {
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}

/** A run has one `START`, and once it has ended one event that says how. */
function runEvents(
  node: GraphNode,
  data: RunData,
  { asOf, document, firstSeenAt = asOf }: RunItem & { readonly asOf: Instant },
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
  const ended = timeIn(document, ENDS, asOf) ?? asOf;
  const started = timeIn(document, STARTS, asOf) ?? (ended < firstSeenAt ? ended : firstSeenAt);
  const [, end] = STATES.find(([states]) => states.test(state ?? "")) ?? [];
  const now = RUNNING.test(state ?? "") ? "RUNNING" : "OTHER";
  return [
    event("START", started),
    end === undefined ? event(now, asOf) : event(end, ended < started ? started : ended),
  ];
}

const STARTS = ["StartTime", "TrainingStartTime", "ProcessingStartTime", "TransformStartTime", "CreationTime"];
const ENDS = ["EndTime", "TrainingEndTime", "ProcessingEndTime", "TransformEndTime", "LastModifiedTime"];

/** The first of these members that is a time, none later than the instant. */
function timeIn(document: Event, members: readonly string[], asOf: Instant): Instant | undefined {
  const times = members.map((member) => Date.parse(typeof document[member] === "string" ? document[member] : ""));
  const time = times.find((time) => !Number.isNaN(time));
  return time === undefined || time > epochMs(asOf) ? undefined : instantOf(time);
}

/** A relation that no run made is a job of its own that never runs: one for all that is so related to the same. */
function relationEvents(flows: readonly Flow[], asOf: Instant): Event[] {
  const jobs = new Map<string, { readonly job: Named; readonly to: GraphNode; readonly from: Dataset[] }>();
  for (const { edge, from, to } of flows) {
    if (isRun(from) || isRun(to)) continue;
    const { namespace, name } = namedAs(to.node);
    const job = { namespace, name: `${edge.relation ?? "related"}/${name}` };
    const known = jobs.get(keyOf(job)) ?? { job, to, from: [] };
    jobs.set(keyOf(job), known);
    known.from.push(described(from));
  }
  return [...jobs.values()].map(({ job, from, to }) => ({
    ...{ eventTime: asOf, producer: PRODUCER, schemaURL: `${CORE}/JobEvent` },
    ...{ job, inputs: unique(from), outputs: [described(to)] },
  }));
}

/** The same for the same name, for ever: a UUID of version 5, of names that are URIs. */
function uuidOf(name: string): string {
  const namespace = Buffer.from("6ba7b8119dad11d180b400c04fd430c8", "hex");
  const bytes = createHash("sha1").update(namespace).update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
