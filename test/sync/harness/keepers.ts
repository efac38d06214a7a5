import { partsOf } from "../../../functions/model/collection.ts";
import type { Store } from "../../../functions/store/port.ts";
import { DEFAULT_LIMITS, type SyncHost } from "../../../functions/sync/job.ts";
import { scrubLog, scrubScope } from "../../../functions/sync/scrub.ts";
import { settleAbandoned } from "../../../functions/sync/settle.ts";
import { addTarget, reconcileTargets, retireTarget } from "../../../functions/sync/targets.ts";
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
function createKeeper(
  world: World,
  circumstances: Circumstances,
  mayRetire = false,
): { process: Process; store: Store } {
  const { simulation, ground } = world;
  const { name, skewMs, network } = circumstances;
  const process = createProcess(simulation, name, skewMs);
  const upstream = { listings: new Map(), plans: [] };
  const commits = watchCommits(world, { process, upstream, approved: false, sourceVersion: 0, mayRetire });
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
  const host = hostOf(world, { process, store });
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

function hostOf({ scenario }: World, { process, store }: { process: Process; store: Store }): SyncHost {
  let holders = 0;
  return {
    ...{ store, clock: process.clock, leaseMs: scenario.leaseMs, guard: GUARD, limits: DEFAULT_LIMITS },
    ...{ holder: () => `${process.name}.${holders++}`, signal: new AbortController().signal },
  };
}

/** What a person says of a collection's target; nothing when what was said is carried out once more. */
export type Word = "retire" | "bring back" | "nothing";

/** Starts a run that says it, and makes the collections agree with it. */
export function startRetirer(
  world: World,
  circumstances: Circumstances,
  { upstream, word }: { readonly upstream: Upstream; readonly word: Word },
): Running<unknown> {
  const { simulation } = world;
  const { name } = circumstances;
  const { process, store } = createKeeper(world, circumstances, true);
  const target = { ...partsOf(upstream.collection), origin: "person" as const };
  const retire = async () => {
    if (word !== "nothing") await addTarget(store, target);
    if (word === "retire") await retireTarget(store, target, "person");
    const report = await reconcileTargets(hostOf(world, { process, store }), [sourceOf(upstream, 1)]);
    simulation.note(`${name} ended: ${JSON.stringify(report)}`);
    return report;
  };
  simulation.note(`${name} says ${word} of ${upstream.collection}`);
  return { process, ended: unlessUnavailable(world, name, retire()) };
}
