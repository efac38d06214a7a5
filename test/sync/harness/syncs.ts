import type { KeyRange } from "../../../functions/model/collection.ts";
import { startDigest } from "../../../functions/model/digest.ts";
import { SyncError } from "../../../functions/model/errors.ts";
import type { SyncRecord } from "../../../functions/store/port.ts";
import { syncScope } from "../../../functions/sync/sync.ts";
import { tailWindow } from "../../../functions/sync/window.ts";
import { indexOf } from "./replica.ts";
import { newProcess, type Process } from "./simulation.ts";
import { remoteStore, type Watch } from "./store.ts";
import { difference, type Expectation } from "./truth.ts";
import { listUpstream, newListing, sourceOf } from "./upstream.ts";
import { GUARD, LEASE_MS, storedItems, storedLog, type World, type WorldScope } from "./world.ts";

/** How one sync of the harness goes. */
export interface SyncCircumstances {
  readonly name: string;
  readonly skewMs: number;
  readonly pageMs: number;
  readonly flushItems: number;
  readonly lookAhead: number;
  readonly plain: number;
  readonly outlineFrom: number;
  readonly mostOutlined: number;
  /** Lists this part of the scope only, or what is newest. */
  readonly window?: KeyRange;
  readonly tail?: boolean;
  /** Cuts its listing as soon as it can after so long. */
  readonly cutAfterMs?: number;
  readonly vanished: boolean;
  readonly acceptRemovals: boolean;
  /** Store operations after which it dies, or stands still. */
  readonly diesAfter?: number;
  readonly stallsAfter?: { readonly operations: number; readonly ms: number };
  readonly interruptedAfterMs?: number;
  readonly storeFaults: number;
  readonly slowness: number;
  readonly listingFaults: number;
}

export interface RunningSync {
  readonly process: Process;
  /** Resolves when it ends; not at all when it dies. */
  readonly ended: Promise<SyncRecord | undefined>;
}

/** Starts a sync of a scope, watched at each of its steps. */
export function startSync(world: World, scope: WorldScope, circumstances: SyncCircumstances): RunningSync {
  const { simulation, store } = world;
  const { name, diesAfter, stallsAfter, cutAfterMs } = circumstances;
  const process = newProcess(simulation, name, circumstances.skewMs);
  const listing = newListing();
  if (circumstances.vanished) listing.end = "parent removed";
  let window = circumstances.window ?? scope.scope.range;
  let pages = 0;
  const stop = new AbortController();
  let expected: Expectation | undefined;
  let landings = 0;

  const violated = (what: string) => simulation.violated(`${name}, scope ${scope.scope.id}: ${what}`);
  /** The scope is in the store exactly as its last snapshot, and the log knows no later change of it. */
  const mustBeAtLast = async (when: string) => {
    const differs = difference(await storedItems(store, scope), scope.truth.last);
    if (differs) violated(`${when}: ${differs}`);
    const log = await storedLog(store, scope.collection);
    const later = log.filter((change) => change.scope === scope.scope.id && change.at > scope.truth.lastAt);
    if (later.length > 0) violated(`${when}: the log has ${later.length} changes of no snapshot`);
  };
  const watch: Watch = {
    async writing(what) {
      const standing = await store.standing(scope.collection, scope.scope.id);
      if (standing?.lease?.holder !== name)
        violated(`${what} while ${standing?.lease?.holder ?? "nobody"} holds the lease`);
    },
    undone: () => mustBeAtLast("undone"),
    async ended(_holder, end) {
      if (end.outcome === "failed") {
        if (!end.abandoned) await mustBeAtLast("failed");
        return;
      }
      const range = end.window ?? scope.scope.range;
      const expectation = scope.truth.expect(
        { listing, pages, window, accepted: circumstances.acceptRemovals },
        range,
        GUARD,
      );
      if (typeof expectation === "string") return violated(`ended ${end.outcome}: ${expectation}`);
      expected = expectation;
      if (end.outcome !== expected.outcome) violated(`ended ${end.outcome}, should be ${expected.outcome}`);
      if (end.snapshotAt <= scope.truth.lastAt) violated(`its snapshot ${end.snapshotAt} is not later than the last`);
      const wrong = scope.truth.ended(expected, range, end);
      if (wrong) violated(wrong);
      await mustBeAtLast(`ended ${end.outcome}`);
      if (end.items !== expected.items.size) violated(`counts ${end.items} items of ${expected.items.size}`);
      const digest = startDigest();
      for (const { hash, present } of await indexOf(store, scope.collection, scope.scope.range))
        if (present) digest.toggle(hash);
      if (end.digest !== digest.text()) violated("its digest is not that of what is stored");
    },
    landed() {
      landings += 1;
      if (landings === diesAfter) process.kill();
      if (landings === stallsAfter?.operations) process.stall(stallsAfter.ms);
    },
  };

  const run = async () => {
    const network = { faults: circumstances.storeFaults, slowness: circumstances.slowness };
    const remote = remoteStore(simulation, process, store, network, watch);
    const connection = listUpstream(simulation, process, scope, listing, {
      rate: circumstances.listingFaults,
      pageMs: circumstances.pageMs,
    });
    const host = {
      store: remote,
      clock: process.clock,
      holder: () => name,
      leaseMs: LEASE_MS,
      guard: GUARD,
      flushItems: circumstances.flushItems,
      lookAhead: circumstances.lookAhead,
      plain: circumstances.plain,
      outlineFrom: circumstances.outlineFrom,
      mostOutlined: circumstances.mostOutlined,
      ...(cutAfterMs !== undefined && { cutAt: process.clock.monotonic() + cutAfterMs }),
      signal: stop.signal,
    };
    const { collection, scope: part } = scope;
    const { vanished, acceptRemovals } = circumstances;
    const source = sourceOf(scope);
    try {
      const tail = circumstances.tail && (await tailWindow(remote, source, collection, part));
      if (tail) window = tail;
      const record = await syncScope(host, {
        source,
        collection,
        scope: part,
        ...(window !== part.range && { window }),
        connection,
        vanished,
        acceptRemovals,
        onProgress(progress) {
          if (progress.step === "listing") pages = progress.pages;
        },
      });
      simulation.note(`${name} ${record ? `ended ${record.outcome} ${record.error?.message ?? ""}` : "skipped"}`);
      if (record) checkRecord(record);
      return record;
    } catch (error) {
      // The store could not be reached at its first or last step, or it was interrupted while it waited.
      simulation.note(`${name} threw ${String(error)}`);
      if (!(error instanceof SyncError) || !["unavailable", "interrupted"].includes(error.code))
        violated(`threw ${String(error)}`);
      return undefined;
    }
  };
  const checkRecord = (record: SyncRecord) => {
    if (record.outcome === "failed") {
      if (!record.error) violated("failed without an error");
      return;
    }
    const { added, modified, removed, held } = record;
    const counts = JSON.stringify({ added, modified, removed, held });
    if (counts !== JSON.stringify(expected?.counts))
      violated(`records ${counts}, should be ${JSON.stringify(expected?.counts)}`);
  };

  if (circumstances.interruptedAfterMs !== undefined) {
    simulation.after(circumstances.interruptedAfterMs, () => {
      simulation.note(`${name} is interrupted`);
      stop.abort(new SyncError("interrupted", "the harness interrupts"));
    });
  }
  simulation.note(`${name} starts on ${scope.collection} ${scope.scope.id}`);
  return { process, ended: run() };
}
