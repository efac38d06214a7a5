import { type Collection, collectionOf, serviceOf } from "../../../functions/model/collection.ts";
import type { Claim, CollectionRecord, Hint } from "../../../functions/model/collection-record.ts";
import { SyncError } from "../../../functions/model/errors.ts";
import { instantOf } from "../../../functions/model/instant.ts";
import type { Source } from "../../../functions/model/source.ts";
import type { Store } from "../../../functions/store/port.ts";
import { noteHint } from "../../../functions/sync/claim.ts";
import { dispatch, type WorkOrder } from "../../../functions/sync/dispatch.ts";
import { CLAIM_MS, dueKind, type Intervals } from "../../../functions/sync/due.ts";
import { DEFAULT_LIMITS, type ScopeResult, type SyncHost, type SyncKind } from "../../../functions/sync/job.ts";
import { settleAbandoned } from "../../../functions/sync/settle.ts";
import { work } from "../../../functions/sync/work.ts";
import { createGround, type Ground, type StoreSource } from "../harness/ground.ts";
import { connectUpstream } from "../harness/listing.ts";
import { createNetwork, type Watch } from "../harness/network.ts";
import { type Circumstances, fateOf } from "../harness/processes.ts";
import { createRandom, type Random } from "../harness/random.ts";
import { remoteStore } from "../harness/remote-store.ts";
import { createProcess, createSimulation, type Process, type Simulation, START } from "../harness/simulation.ts";
import { createUpstream, populate, sourceOf, type Upstream } from "../harness/upstream.ts";
import { GUARD } from "../harness/world.ts";

export const MINUTE_MS = 60_000;
export const INTERVALS = { fullMs: 30 * MINUTE_MS, incrementalMs: 5 * MINUTE_MS };

/** A sync that a worker began. */
export interface BegunSync {
  readonly collection: Collection;
  readonly kind: SyncKind;
  /** On virtual time. */
  readonly at: number;
}

/** How invocations, processes and their requests go. */
export interface Conditions {
  readonly circumstances: (name: string) => Circumstances;
  /** What becomes of an invocation. */
  readonly fate: () => "arrives" | "refused" | "lost" | "unheard" | "twice" | "late";
  /** The share of pages with something wrong about them. */
  readonly listingFaults: number;
  /** How long a page of a listing takes at most, ms. */
  readonly pageMs: () => number;
}

/** Collections that dispatchers and workers keep up to date, each a process of its own, in virtual time. */
export interface Fleet {
  readonly random: Random;
  readonly simulation: Simulation;
  readonly ground: Ground;
  readonly upstreams: readonly Upstream[];
  readonly syncs: readonly BegunSync[];
  record(collection: Collection): Promise<CollectionRecord | undefined>;
  dispatch(conditions: Conditions): void;
  hint(conditions: Conditions, collection: Collection, hint: Pick<Hint, "at" | "event">): void;
  /** Told of every sync that begins from now on. */
  onBegun: ((sync: BegunSync) => void) | undefined;
  /** Told of every sync that ends from now on having found other parents: `planned` is planned from them. */
  onParentsChanged: ((planned: Collection) => void) | undefined;
  /** Told of every invocation that is refused from now on. */
  onRefused: ((order: WorkOrder) => void) | undefined;
}

/** A part of planning that is left out: of the store, or of how a worker sees it. */
export interface Weakness {
  readonly store?: (store: Store, now: () => number) => Partial<Store>;
  readonly worker?: (store: Store, order: WorkOrder) => Partial<Store>;
}

export interface FleetOptions {
  readonly seed: number;
  readonly collections: number;
  readonly workers: number;
  readonly stores: StoreSource;
  readonly weakness?: Weakness;
}

/** What an invocation may last, and when what it has begun ends. */
const INVOCATION_MS = 15 * MINUTE_MS;
const CLOSE_MS = INVOCATION_MS - MINUTE_MS;
const ABORT_MS = INVOCATION_MS - 20_000;

export async function createFleet(options: FleetOptions): Promise<Fleet> {
  const { seed, collections, workers, stores, weakness = {} } = options;
  const random = createRandom(seed);
  const simulation = createSimulation(random);
  const actualTime = () => START + Math.floor(simulation.time());
  const claims = watchClaims(simulation);
  const watchedStores: StoreSource = {
    hasOwnClock: stores.hasOwnClock,
    async open(now) {
      const store = await stores.open(now);
      const weak = { ...store, ...weakness.store?.(store, now) };
      return { ...weak, putCollectionRecord: (record) => claims.watch(weak, record) };
    },
  };
  const ground = await createGround(watchedStores, actualTime);
  const upstreams = Array.from({ length: collections }, (_, n) => {
    const upstream = createUpstream(n, random.pick(["whole", "created"]), 1);
    return { ...upstream, collection: collectionOf(upstream.collection.split("/")[0] ?? "", TARGET) };
  });
  // As far as being due goes, the second is planned from the items of the first.
  const [parents, planned] = upstreams.map((upstream) => ({ ...upstream, source: sourceOf(upstream, 1) }));
  const sources = parents && planned ? [plannedFrom(planned.source, parents.source)] : [];
  for (const upstream of upstreams) {
    populate(random, upstream);
    await ground.store.putCollectionRecord({
      ...{ collection: upstream.collection, revision: 1, status: "active", nextAt: START },
    });
  }
  const services = [...new Set(upstreams.map(({ collection }) => serviceOf(collection)))];
  const syncs: BegunSync[] = [];
  const atWork: { readonly collection: Collection; readonly claim: Claim }[] = [];
  let started = 0;

  const startProcess = (conditions: Conditions, kind: string) => {
    started += 1;
    const circumstances = conditions.circumstances(`${kind}${started}`);
    const process = createProcess(simulation, circumstances.name, circumstances.skewMs);
    const watch: Watch = { ...fateOf(process, circumstances), replaced: async () => undefined };
    const send = createNetwork(simulation, process, circumstances.network, watch);
    const store = remoteStore({ simulation, process, ground, conditions: circumstances.network, send, watch });
    return { process, store };
  };

  const startWorker = (conditions: Conditions, order: WorkOrder) => {
    const { process, store } = startProcess(conditions, "worker");
    const begunAt = simulation.time();
    const stop = new AbortController();
    simulation.after(ABORT_MS, () => stop.abort(new SyncError("interrupted", "out of time")));
    simulation.after(INVOCATION_MS, () => process.kill());
    const seen = { ...store, ...weakness.worker?.(store, order) };
    let holders = 0;
    const host: SyncHost = {
      ...{ store: seen, clock: process.clock, leaseMs: 30_000, guard: GUARD, limits: DEFAULT_LIMITS },
      ...{ holder: () => `${process.name}.${holders++}`, sources, signal: stop.signal },
    };
    const started = (record: CollectionRecord) => {
      const { collection, claim } = record;
      const kind = dueKind(record, store.now()) ?? "full";
      simulation.note(`${process.name} syncs ${collection} ${kind} ${claim?.beside ? "beside another" : ""}`);
      if (claim) atWork.push({ collection, claim });
      for (const other of atWork) {
        if (!claim || other.claim.id === claim.id || other.claim.beside !== claim.beside) continue;
        if (claims.isLive(other.collection, other.claim.id) && claims.isLive(collection, claim.id))
          simulation.violated(`${process.name} syncs ${collection} at the rate of who syncs ${other.collection}`);
      }
      if (claims.endedBefore(collection, order.claim, begunAt))
        simulation.violated(`${process.name} syncs ${collection} by a claim that had ended`);
      const sync = { collection, kind, at: simulation.time() };
      syncs.push(sync);
      fleet.onBegun?.(sync);
    };
    const done = work(host, order, {
      jobOf: (record) => {
        started(record);
        return jobOf(record.collection, process, conditions);
      },
      deadline: process.clock.monotonic() + CLOSE_MS,
      observer: {
        ended: ({ collection, scopes, failure }) => {
          const outcomes = scopes.map(({ result }) => (result.status === "ended" ? result.record.outcome : "skipped"));
          simulation.note(`${process.name} ends ${collection} ${failure?.message ?? ""} ${outcomes}`);
          if (collection === parents?.collection && planned && hasOthers(scopes)) {
            fleet.onParentsChanged?.(planned.collection);
          }
        },
        passedOver: (collection, reason) => simulation.note(`${process.name} passes over ${collection}: ${reason}`),
        failed: (collection, error) => simulation.note(`${process.name} fails on ${collection}: ${error}`),
      },
    });
    done.catch((error) => simulation.violated(`${process.name} threw ${error.stack}`));
  };

  const jobOf = (collection: Collection, process: Process, { listingFaults, pageMs }: Conditions) => {
    const upstream = upstreams.find((each) => each.collection === collection);
    if (!upstream) throw new Error(`no ${collection}`);
    const clockOffset = process.now() - actualTime();
    const { connection } = connectUpstream(simulation, process, upstream, {
      ...{ faults: listingFaults, pageMs: pageMs(), clockOffset },
    });
    const { fullMs, incrementalMs } = INTERVALS;
    const intervals: Intervals = { fullMs, ...(upstream.kind === "created" && { incrementalMs }) };
    return { source: sourceOf(upstream, 1), collection, connection, intervals };
  };

  /** Lambda's Invoke: it answers after a while, and the invocation begins some time, once, twice or never. */
  const invoke = (conditions: Conditions, from: Process, order: WorkOrder) =>
    new Promise<void>((resolve, reject) => {
      const fate = conditions.fate();
      simulation.note(`${from.name} invokes ${order.collections.length}: ${fate}`);
      const arriveIn = (ms: number) => simulation.after(ms, () => startWorker(conditions, order));
      simulation.after(random.integer(10, 300), () => {
        const isRefused = fate === "refused" || fate === "unheard";
        if (fate === "refused") fleet.onRefused?.(order);
        if (fate === "twice" || fate === "unheard" || fate === "arrives") arriveIn(random.integer(1, 2_000));
        if (fate === "twice" || fate === "late") arriveIn(random.integer(1, 90 * MINUTE_MS));
        from.deliver(() => (isRefused ? reject(new Error("TooManyRequestsException")) : resolve()));
      });
    });

  const fleet: Fleet = {
    ...{ random, simulation, ground, upstreams, syncs },
    ...{ onBegun: undefined, onParentsChanged: undefined, onRefused: undefined },
    record: (collection) => ground.store.collectionRecord(collection),
    dispatch(conditions) {
      const { process, store } = startProcess(conditions, "dispatcher");
      const run = async () => {
        await settleAbandoned({ store });
        const records = await store.collectionRecords(services);
        await dispatch(store, records, { workers, invoke: (order) => invoke(conditions, process, order) });
      };
      run().catch((error) => expectUnavailable(simulation, process, error));
    },
    hint(conditions, collection, { at, event }) {
      const { process, store } = startProcess(conditions, "hinter");
      const noted = noteHint(store, collection, { at, event, principal: "arn:aws:iam::123456789012:user/u" });
      noted.then(
        (isNew) => simulation.note(`${process.name} ${event} of ${collection} at ${at}: ${isNew ? "noted" : "known"}`),
        (error) => expectUnavailable(simulation, process, error),
      );
    },
  };
  return fleet;
}

const TARGET = { account: "123456789012", region: "eu-west-1" };

function plannedFrom({ id }: Source, parents: Source): NonNullable<SyncHost["sources"]>[number] {
  return { id, plannedFrom: { source: parents.id, scopeOf: () => undefined } };
}

/** Whether items were added or removed. */
function hasOthers(scopes: readonly ScopeResult[]): boolean {
  return scopes.some(({ result }) => result.status === "ended" && result.record.added + result.record.removed > 0);
}

function expectUnavailable(simulation: Simulation, { name }: Process, error: unknown): void {
  simulation.note(`${name} threw ${error}`);
  if (!(error instanceof SyncError) || error.code !== "unavailable") simulation.violated(`${name} threw ${error}`);
}

/** Further apart, clocks are wrong. */
const MAX_SKEW_MS = 20_000;

/** Keeps which claims there are, and when each ended, as the store has it. */
function watchClaims(simulation: Simulation) {
  const ended = new Map<string, number>();
  const current = new Map<Collection, Claim | undefined>();
  return {
    async watch(store: Store, record: CollectionRecord): Promise<boolean> {
      const before = await store.collectionRecord(record.collection);
      const isStored = await store.putCollectionRecord(record);
      if (isStored) current.set(record.collection, record.claim);
      if (isStored && before?.claim && before.claim.id !== record.claim?.id) {
        ended.set(`${record.collection} ${before.claim.id}`, simulation.time());
      }
      return isStored;
    },
    /** Whether a collection is claimed by that, as everybody sees it whose clock is not wrong. */
    isLive(collection: Collection, id: string): boolean {
      const claim = current.get(collection);
      if (claim?.id !== id) return false;
      const leftMs = claim.expires - (START + simulation.time());
      return leftMs > MAX_SKEW_MS && leftMs <= CLAIM_MS + MAX_SKEW_MS;
    },
    endedBefore: (collection: Collection, claim: string, time: number) =>
      (ended.get(`${collection} ${claim}`) ?? Number.POSITIVE_INFINITY) < time,
  };
}

/** What time it is in a fleet, as an event would say it. */
export function now({ simulation }: Fleet): string {
  return instantOf(START + Math.floor(simulation.time()));
}
