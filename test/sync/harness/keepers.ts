import type { Store } from "../../../functions/store/port.ts";
import { DEFAULT_LIMITS, type SyncHost } from "../../../functions/sync/job.ts";
import { scrubLog, scrubScope } from "../../../functions/sync/scrub.ts";
import { settleAbandoned } from "../../../functions/sync/settle.ts";
import { verifyCollection } from "../../../functions/sync/verify.ts";
import { watchCommits } from "./commits.ts";
import { RETENTION_DAYS } from "./in-memory.ts";
import { createNetwork, type Watch } from "./network.ts";
import { type Circumstances, fateOf, type Running, unlessUnavailable } from "./processes.ts";
import { remoteStore } from "./remote-store.ts";
import { createProcess, type Process } from "./simulation.ts";
import { sourceOf, type Upstream } from "./upstream.ts";
import { GUARD, type World } from "./world.ts";

/** Processes that list nothing: they take over from dead writers, look for damage and delete what lies about. */
function createKeeper(world: World, circumstances: Circumstances): { process: Process; store: Store } {
  const { simulation, ground } = world;
  const { name, skewMs, network } = circumstances;
  const process = createProcess(simulation, name, skewMs);
  const upstream = { listings: new Map(), plans: [] };
  const commits = watchCommits(world, { process, upstream, approved: false, sourceVersion: 0 });
  const watch: Watch = { ...fateOf(process, circumstances), replaced: commits.replaced };
  const send = createNetwork(simulation, process, network, watch);
  return { process, store: remoteStore({ simulation, process, ground, conditions: network, send, watch }) };
}

/** Starts a run of what takes over from dead writers. */
export function startSettler(world: World, circumstances: Circumstances): Running<void> {
  const { process, store } = createKeeper(world, circumstances);
  world.simulation.note(`${circumstances.name} settles`);
  return { process, ended: unlessUnavailable(world, circumstances.name, settleAbandoned({ store })) };
}

/** Starts a run that verifies a collection, repairs what it finds damaged, and scrubs: it must find nothing. */
export function startVerifier(
  world: World,
  circumstances: Circumstances,
  upstream: Upstream,
  sourceVersion: number,
): Running<void> {
  const { simulation } = world;
  const { name } = circumstances;
  const { process, store } = createKeeper(world, circumstances);
  const { collection } = upstream;
  const host: SyncHost = {
    ...{ store, clock: process.clock, leaseMs: world.scenario.leaseMs, guard: GUARD, limits: DEFAULT_LIMITS },
    ...{ holder: () => `${name}.0`, signal: new AbortController().signal },
  };
  const source = sourceOf(upstream, sourceVersion);
  const retentionDays = RETENTION_DAYS;
  const verify = async () => {
    for await (const reports of verifyCollection(host, { collection, source, retentionDays, repair: true })) {
      for (const { outcome, scope, problems } of reports) {
        simulation.note(`${name} finds ${scope} ${outcome}`);
        if (outcome === "damaged" || outcome === "repaired")
          simulation.violated(`${name} finds scope ${scope} ${outcome}: ${problems.map(({ message }) => message)}`);
      }
    }
    for (const state of await store.scopeStates(collection)) await scrubScope(host, state, retentionDays);
    await scrubLog(host, collection, retentionDays);
  };
  simulation.note(`${name} verifies ${collection}`);
  return { process, ended: unlessUnavailable(world, name, verify()) };
}
