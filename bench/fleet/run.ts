import type { Context } from "aws-lambda";
import type { SyncEnvironment } from "../../functions/lambda/environment.ts";
import { createHandler } from "../../functions/lambda/events.ts";
import type { Service } from "../../functions/lambda/service.ts";
import { createServiceLog } from "../../functions/lambda/service-log.ts";
import { type Collection, collectionOf, partsOf, serviceOf, type Target } from "../../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { instantOf } from "../../functions/model/instant.ts";
import { type Source, TIERS, type Tier } from "../../functions/model/source.ts";
import type { SyncRecord } from "../../functions/model/sync-record.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Store } from "../../functions/store/port.ts";
import { openDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { nextDue } from "../../functions/sync/due.ts";
import type { CollectionResult } from "../../functions/sync/sync-collection.ts";
import { ASSUMED } from "../../infra/monthly-cost.ts";
import { createRandom } from "../../test/sync/harness/random.ts";
import { createProcess, createSimulation, type Simulation, START } from "../../test/sync/harness/simulation.ts";
import { type CallCounter, connect, countCalls, type Pace } from "./connect.ts";
import { type MeteredStore, meterStore, type Units } from "./metered-store.ts";
import { startWarm } from "./start.ts";
import { createServices, hasHints, type PendingChange, type Services, type Upstream } from "./upstream.ts";

/** The functions of the services run a fleet's collections in virtual time. */

export const MINUTE_MS = 60_000;
/** What an invocation is billed before its handler begins, ms: cold starts and the runtime's own time, on average. */
export const INVOCATION_MS = 100;
/** From an event to its arrival, ms: CloudTrail and EventBridge. */
export const EVENT_MS = 15_000;
/** Lambda's answer to an asynchronous invocation, and EventBridge's to ten events, ms. */
const INVOKE_MS = 50;
const PUT_MS = 20;
const EVENTS_A_PUT = 10;
const TIMEOUT_MS = 15 * MINUTE_MS;

export interface FleetSizes {
  readonly accounts: number;
  /** Virtual time that is counted. */
  readonly minutes: number;
  /** How many invocations of each service sync at once. */
  readonly workers: number;
  /** What is inventoried: everything up to this tier. */
  readonly tier: Tier;
}

/** How long something took to be seen, from when it happened at the service, ms. */
export interface Seen extends PendingChange {
  readonly lineage: boolean;
  readonly afterMs: number;
}

/** What a fleet used in the minutes that were counted. */
export interface FleetUse {
  readonly targets: number;
  readonly collections: number;
  readonly items: number;
  readonly minutes: number;
  /** By what was invoked: dispatch, sync, hint. */
  readonly invocations: Readonly<Record<string, { count: number; billedMs: number }>>;
  readonly units: Readonly<Record<string, Units>>;
  readonly logBytes: number;
  /** Events of CloudTrail that arrived, and those that were published. */
  readonly hints: number;
  readonly published: number;
  readonly sources: number;
  readonly calls: Pick<CallCounter, "counts" | "most">;
  readonly syncs: Readonly<Record<"full" | "incremental", number>>;
  readonly found: number;
  readonly seen: readonly Seen[];
  /** What was not seen at the end, and how long it had been there. */
  readonly unseen: readonly Seen[];
  /** How long after they were due syncs began that were due at a time: all of them, ascending, ms. */
  readonly waits: readonly number[];
}

/** Runs a fleet. `say` is told how far it is. */
export async function runFleet(
  { accounts, minutes, workers, tier }: FleetSizes,
  say: (what: string) => void,
): Promise<FleetUse> {
  const random = createRandom(14);
  const end = minutes * MINUTE_MS;
  const simulation = createSimulation(random, Number.POSITIVE_INFINITY);
  const sources = SOURCES.filter((source) => TIERS.indexOf(source.tier) <= TIERS.indexOf(tier));
  const services = await createServices({ random, accounts, sources, until: end });
  let beforeStart: number | undefined = -1;
  const time = () => beforeStart ?? simulation.time();
  const database = openDatabase(":memory:");
  const store = createSqliteStore(database, { retentionDays: 400, now: () => START + Math.floor(time()) });
  say(`a fleet of ${services.collections.length} collections: what is stored when it begins`);
  const warm = await startWarm({ random, services, store, setTime: (at) => (beforeStart = at) });
  beforeStart = undefined;

  const counted = new Map<string, { count: number; billedMs: number }>();
  const run: FleetRun = {
    ...{ simulation, services, sources, workers, calls: countCalls(), metered: meterStore(simulation, warm) },
    ...{
      seen: [],
      waits: [],
      syncs: { full: 0, incremental: 0 },
      found: 0,
      hints: 0,
      published: 0,
      invocations: counted,
    },
  };
  const names = [...new Set(sources.map(({ id }) => serviceOf(id)))];
  const functions = names.map((name) => createFunction(run, name));
  for (const [n, { invoke }] of functions.entries()) {
    for (let at = n * 11_000; at < end; at += MINUTE_MS) simulation.after(at, () => void invoke({ kind: "dispatch" }));
  }
  for (const upstream of services.inUse.values()) scheduleChanges(run, functions, upstream);
  const log = captureLog();
  try {
    for (let minute = 0; minute < minutes; minute += 1) {
      if (minute % 10 === 0)
        say(`a fleet of ${services.collections.length} collections: minute ${minute} of ${minutes}`);
      await simulation.run((minute + 1) * MINUTE_MS);
    }
  } finally {
    log.end();
    await store.close();
  }
  const unseen = [...services.inUse.values()].flatMap(({ source, pending }) =>
    pending.map((change) => ({ ...change, lineage: isLineage(source.id), afterMs: end - change.at })),
  );
  if (run.found < run.seen.length || run.found > run.seen.length + unseen.length) {
    throw new Error(`syncs found ${run.found} changes, of which ${run.seen.length} are counted as seen`);
  }
  const invocations = Object.fromEntries(counted);
  const invoked = [...counted.values()].reduce((total, { count }) => total + count, 0);
  return {
    targets: accounts * new Set(services.collections.map(({ collection }) => collection.split("/")[2])).size,
    collections: services.collections.length,
    items: [...services.inUse.values()].reduce((total, { items }) => total + items.length, 0),
    ...{ minutes, invocations, units: run.metered.units, logBytes: log.bytes() + invoked * ASSUMED.invocationLogBytes },
    ...{
      hints: run.hints,
      published: run.published,
      sources: sources.length,
      calls: run.calls,
      syncs: run.syncs,
      found: run.found,
      seen: run.seen,
      unseen,
    },
    waits: run.waits.sort((a, b) => a - b),
  };
}

interface FleetRun {
  readonly simulation: Simulation;
  readonly services: Services;
  readonly sources: readonly Source[];
  readonly workers: number;
  readonly calls: CallCounter;
  readonly metered: MeteredStore;
  readonly invocations: Map<string, { count: number; billedMs: number }>;
  readonly seen: Seen[];
  readonly waits: number[];
  readonly syncs: { full: number; incremental: number };
  found: number;
  hints: number;
  published: number;
}

interface ServiceFunction {
  readonly service: string;
  readonly invoke: (event: object) => Promise<void>;
}

/** A service's function as Lambda runs it: each invocation in a process of its own, but that dispatches share their memory. */
function createFunction(run: FleetRun, service: string): ServiceFunction {
  const { simulation, metered, workers } = run;
  const { clock } = createProcess(simulation, service, 0);
  const environment: SyncEnvironment = {
    ...{ service, workers, guard: DEFAULT_GUARD, account: "100000000000", metricsNamespace: "Stocktake" },
    ...{
      eventBus: "Stocktake-events",
      retentionDays: 400,
      tables: { Versions: "", Changes: "", Edges: "", Scopes: "", Syncs: "" },
    },
    sources: Object.fromEntries(
      run.sources.map(({ id, intervalMinutes, listedByCreation }) => [
        id,
        { intervalMinutes, ...(listedByCreation && { incrementalMinutes: listedByCreation.incrementalMinutes }) },
      ]),
    ),
  };
  const log = createServiceLog(service);
  const begun = new Map<Collection, number>();
  const due = new Map<Collection, number>();
  const noteClaim: Store["putCollectionRecord"] = (record) => {
    if (record.claim) due.set(record.collection, nextDue(record) - START);
    return metered.store.putCollectionRecord(record);
  };
  const dispatcher: Service = {
    ...{ environment, clock },
    sources: run.sources.filter(({ id }) => serviceOf(id) === service),
    store: { ...metered.store, putCollectionRecord: noteClaim },
    connect: (source, target, beside) => connectIn(source, target, { beside, pace: newPace() }),
    async putEvents(events) {
      await clock.sleep(PUT_MS * Math.ceil(events.length / EVENTS_A_PUT));
      run.published += events.length;
    },
    async invoke(request) {
      await clock.sleep(INVOKE_MS);
      // Verifying is priced by itself: it comes once a day.
      if (request.kind === "sync") void invoke(request);
    },
    log: {
      ...log,
      notPublished: (collection, error) => simulation.violated(`${collection} was not published: ${error}`),
      partFailed: (part, error) => simulation.violated(`${part} failed: ${error}`),
      synced(result) {
        log.synced(result);
        noteSync(run, result, begun.get(result.collection) ?? 0);
      },
    },
  };
  const newPace = (): Pace => ({ clock, workers, calls: run.calls, turns: new Map() });
  const connectIn = (
    source: Service["sources"][number],
    target: Target,
    how: { readonly pace: Pace; readonly beside: boolean },
  ) => {
    const collection = collectionOf(source.id, target);
    begun.set(collection, simulation.time());
    run.waits.push(simulation.time() - (due.get(collection) ?? Number.NaN));
    return connect({ source, target, services: run.services, ...how, time: () => simulation.time() });
  };
  const dispatch = createHandler(dispatcher);
  const invoke = async (event: object): Promise<void> => {
    const from = simulation.time();
    const kind = "kind" in event ? String(event.kind) : "hint";
    const pace = newPace();
    const worker = {
      ...dispatcher,
      connect: (source, target, beside) => connectIn(source, target, { pace, beside }),
    } satisfies Service;
    const handle = kind === "dispatch" ? dispatch : createHandler(worker);
    await clock.sleep(INVOCATION_MS);
    await handle(event, contextOf(service));
    const count = run.invocations.get(kind) ?? { count: 0, billedMs: 0 };
    run.invocations.set(kind, {
      count: count.count + 1,
      billedMs: count.billedMs + Math.ceil(simulation.time() - from),
    });
  };
  return { service, invoke };
}

function contextOf(service: string): Context {
  return {
    ...{ functionName: `stocktake-${service}`, functionVersion: "$LATEST", memoryLimitInMB: "1024" },
    ...{ invokedFunctionArn: `arn:aws:lambda:eu-west-1:100000000000:function:stocktake-${service}` },
    ...{ awsRequestId: "00000000-0000-4000-8000-000000000000", logGroupName: "", logStreamName: "" },
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => TIMEOUT_MS,
  } as Context;
}

/**
 * What of the collection had happened when its sync began is seen now; what was removed, by a full sync only. What happened during the
 * listing may be in it as well, and counts as seen by the next.
 */
function noteSync(run: FleetRun, { collection, kind, scopes, failure }: CollectionResult, begunAt: number): void {
  const now = run.simulation.time();
  run.syncs[kind] += 1;
  const failed = scopes.find(({ result }) => result.status !== "ended" || result.record.outcome !== "complete");
  if (failure || failed) run.simulation.violated(`${collection} was not synced: ${JSON.stringify(failure ?? failed)}`);
  const upstream = run.services.inUse.get(collection);
  if (!upstream) return;
  for (const { result } of scopes) run.found += result.status === "ended" ? changesOf(result.record) : 0;
  const isListed = (change: PendingChange) => change.at <= begunAt && (change.kind === "added" || kind === "full");
  for (const change of upstream.pending.filter(isListed)) {
    run.seen.push({ ...change, lineage: isLineage(collection), afterMs: now - change.at });
    upstream.pending.splice(upstream.pending.indexOf(change), 1);
  }
}

function changesOf({ added, modified, removed }: Pick<SyncRecord, "added" | "modified" | "removed">): number {
  return added + modified + removed;
}

/** Each change happens at its time. In every second account events tell of it. */
function scheduleChanges(run: FleetRun, functions: readonly ServiceFunction[], upstream: Upstream): void {
  const { simulation, services } = run;
  const { collection, source, changes, pending } = upstream;
  const { account, region } = partsOf(collection);
  for (const { at, kind, inUse } of changes) {
    if (at < 0) continue;
    const eventName = hintOf(source, kind);
    const hasHint = eventName !== undefined && hasHints(account);
    simulation.after(at, () => {
      services.change(upstream, kind, at);
      pending.push({ kind, at, hasHint, inUse });
    });
    if (!hasHint) continue;
    const time = instantOf(START + at);
    const detail = { eventName, eventTime: time };
    const event = { "detail-type": "AWS API Call via CloudTrail", account, region, time, detail };
    simulation.after(at + EVENT_MS, () => {
      run.hints += 1;
      for (const { service, invoke } of functions) if (service === serviceOf(collection)) void invoke(event);
    });
  }
}

/** The event that tells of a change, if the source names one. */
function hintOf({ events }: Source, kind: PendingChange["kind"]): string | undefined {
  return events.find((name) => /^(?:Delete|Remove|Disassociate|Deregister)/.test(name) === (kind === "removed"));
}

/** Counts what is written to standard output, which CloudWatch would keep. */
function captureLog() {
  const { stdout } = process;
  const { write } = stdout;
  let bytes = 0;
  stdout.write = (text: string | Uint8Array) => {
    bytes += Buffer.byteLength(text);
    return true;
  };
  return {
    bytes: () => bytes,
    end() {
      stdout.write = write;
    },
  };
}

function isLineage(collection: string): boolean {
  return collection.startsWith("sagemaker.");
}
