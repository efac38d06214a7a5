import { SyncError } from "../../../functions/model/errors.ts";
import type { ScopeResult, SyncLimits } from "../../../functions/sync/job.ts";
import { reconcileScope } from "../../../functions/sync/reconcile.ts";
import { type CollectionResult, syncCollection } from "../../../functions/sync/sync-collection.ts";
import { watchCommits } from "./commits.ts";
import { connectUpstream } from "./listing.ts";
import { createNetwork, type Watch } from "./network.ts";
import { type Circumstances, fateOf, type Running, unlessUnavailable } from "./processes.ts";
import { remoteStore } from "./remote-store.ts";
import { createProcess } from "./simulation.ts";
import { sourceOf, type Upstream } from "./upstream.ts";
import { GUARD, type World } from "./world.ts";

/** What a sync of the harness is to do. */
export interface SyncOrder {
  readonly kind: "full" | "incremental";
  /** One planned scope instead of the whole collection. */
  readonly onlyScope?: string;
  readonly sourceVersion: number;
  readonly approveRemovals: boolean;
  /** Lists also what was refused for good, which otherwise waits a day. */
  readonly retryUnavailable?: boolean;
  readonly deadlineMs?: number;
  readonly limits: SyncLimits;
  readonly pageMs: number;
  readonly listingFaults: number;
}

/** More than anybody's clock is off when it is not wrong. */
const MAX_OFFSET_MS = 300_000;
/** The requests that noting a failure takes at most. */
const MAX_NOTES = 8;

/** Starts a sync of a collection, watched at each of its steps. */
export function startSync(
  world: World,
  upstream: Upstream,
  order: SyncOrder,
  circumstances: Circumstances,
): Running<CollectionResult | undefined> {
  const { simulation, ground } = world;
  const { name, skewMs } = circumstances;
  const process = createProcess(simulation, name, skewMs);
  const { pageMs, listingFaults, sourceVersion, approveRemovals } = order;
  const service = connectUpstream(simulation, process, upstream, {
    ...{ faults: listingFaults, pageMs, clockOffset: skewMs },
  });
  const { connection } = service;
  const commits = watchCommits(world, { process, upstream: service, approved: approveRemovals, sourceVersion });
  const fate = fateOf(process, circumstances);
  let requestsSinceKnown = 0;
  const watch: Watch = {
    ...{ arrived: fate.arrived, replaced: commits.replaced },
    sending(what, isWrite) {
      const isKnown = connection.clockOffset() !== undefined;
      if (isKnown) requestsSinceKnown += 1;
      // What failed before the first answer may just be being noted.
      const isNote = /failed|putCollectionRecord/.test(what) && requestsSinceKnown < MAX_NOTES;
      // To give a claim back says nothing by any clock.
      const isGivenBack = what === "putCollectionRecord unclaimed";
      if (isWrite && isKnown && Math.abs(skewMs) > MAX_OFFSET_MS && !isNote && !isGivenBack)
        simulation.violated(`${name}, whose clock is wrong, writes: ${what}`);
      fate.sending(what, isWrite);
    },
  };
  const send = createNetwork(simulation, process, circumstances.network, watch);
  const way = { simulation, process, ground, conditions: circumstances.network, send, watch };
  const stop = new AbortController();
  let holders = 0;
  const host = {
    ...{
      store: remoteStore(way),
      clock: process.clock,
      leaseMs: world.scenario.leaseMs,
      guard: GUARD,
      limits: order.limits,
    },
    holder: () => `${name}.${holders++}`,
    signal: stop.signal,
  };
  const source = sourceOf(upstream, sourceVersion);
  const deadline = order.deadlineMs === undefined ? {} : { deadline: process.clock.monotonic() + order.deadlineMs };
  const { collection } = upstream;
  const { kind, onlyScope, retryUnavailable = false } = order;

  const check = ({ scope, result }: ScopeResult) => {
    if (result.status === "skipped") return simulation.note(`${name} ${scope} skipped: ${result.reason}`);
    const { outcome, at, error, added, modified, removed, pending } = result.record;
    simulation.note(`${name} ${scope} ended ${outcome} ${at ?? ""} ${error?.message ?? ""}`);
    if (outcome === "failed" && !error) simulation.violated(`${name} ${scope} failed without an error`);
    if (error?.code === "damaged") simulation.violated(`${name} ${scope}: ${error.message}`);
    if (error?.code === "malformed" && !/repeated a page token/.test(error.message))
      simulation.violated(`${name} ${scope}: ${error.message}`);
    const expected = at === undefined ? undefined : commits.commits.get(at);
    const counts = JSON.stringify({ added, modified, removed, pending });
    if (expected && outcome !== "failed" && counts !== JSON.stringify(expected.counts))
      simulation.violated(`${name} ${scope} records ${counts}, should be ${JSON.stringify(expected.counts)}`);
    if (outcome !== "failed" && at !== undefined && !expected)
      simulation.violated(`${name} ${scope} records a commit at ${at} that never was`);
  };
  const syncAll = async (): Promise<CollectionResult> => {
    const scope = upstream.scopes.find(({ id }) => id === onlyScope);
    if (scope) {
      const result = await reconcileScope(host, { source, collection, scope, connection, kind, approveRemovals });
      check({ scope: scope.id, result });
      return { collection, kind, scopes: [{ scope: scope.id, result }] };
    }
    return syncCollection(host, {
      ...{ source, collection, connection, kind, approveRemovals, retryUnavailable, ...deadline },
      intervals: { fullMs: 3_600_000 },
      observer: {
        planned: () => undefined,
        progress: () => undefined,
        scopeDone: (_collection, result) => check(result),
      },
    });
  };

  interruptLater(world, circumstances, stop);
  simulation.note(
    `${name} starts ${kind} on ${collection} ${onlyScope ?? ""} (version ${sourceVersion}, ${skewMs} ms)`,
  );
  return { process, ended: unlessUnavailable(world, name, syncAll()) };
}

function interruptLater({ simulation }: World, { name, interruptedAfterMs }: Circumstances, stop: AbortController) {
  if (interruptedAfterMs === undefined) return;
  simulation.after(interruptedAfterMs, () => {
    simulation.note(`${name} is interrupted`);
    stop.abort(new SyncError("interrupted", "the harness interrupts"));
  });
}
