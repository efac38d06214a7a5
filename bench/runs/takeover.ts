import { readItems } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import { systemClock } from "../../functions/model/clock.ts";
import { collectionOf, ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { defineSource } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { DEFAULT_LIMITS, type SyncHost } from "../../functions/sync/job.ts";
import { reconcileScope } from "../../functions/sync/reconcile.ts";
import { settleAbandoned } from "../../functions/sync/settle.ts";
import { ACCOUNT, REGION } from "../processes/account.ts";

const PAGE = 1_000;
const LEASE_MS = 1_000;

/** What taking a dead sync over took. */
export interface TakeOver {
  /** Writes of the scope's state, and of discards and marks. */
  readonly stateWrites: number;
  readonly otherWrites: number;
}

/** Lets a sync die after it has written its changes and before it commits, then takes its scope over. */
export async function takeOver(file: string, changes: number): Promise<TakeOver> {
  const store = createSqliteStore(file, { retentionDays: 400 });
  const source = manyThings(changes);
  const job = {
    source,
    collection: collectionOf(source.id, { account: ACCOUNT, region: REGION }),
    scope: ENTIRE_COLLECTION,
    connection: source.connect({ region: REGION }),
    kind: "full" as const,
  };
  const dying = diesBeforeCommit(store, changes);
  const ended = reconcileScope(hostOf(dying.store), job).then(() => {
    throw new Error("the sync ended, though it was to die");
  });
  await Promise.race([dying.allWritten, ended]);
  await until(async () => ((await store.scopeState(job.collection, job.scope.id))?.expires ?? 0) < store.now());

  const counted = { stateWrites: 0, otherWrites: 0 };
  await settleAbandoned({ store: counting(store, counted) });
  const { rows: items } = await readItems(await openRead(store), job.collection, {}, { limit: 10 });
  if (items.length > 0) throw new Error("readers see what was never committed");
  await store.close();
  return counted;
}

function manyThings(count: number) {
  return defineSource<undefined, { Id: string }>({
    id: "bench.things",
    operation: "Bench ListThings",
    grants: [{ action: "bench:ListThings", resources: () => ["*"] }],
    regions: [REGION],
    intervalMinutes: 60,
    identity: ({ Id }) => [Id],
    connect: () => undefined,
    disconnect: () => undefined,
    async *list() {
      for (let from = 0; from < count; from += PAGE) {
        const documents = Array.from({ length: PAGE }, (_, n) => ({
          Id: `thing-${from + n}`,
          Name: `thing number ${from + n}`,
        }));
        yield { documents, retries: 0 };
      }
    },
  });
}

function hostOf(store: Store): SyncHost {
  return {
    store,
    clock: systemClock,
    holder: () => "bench",
    leaseMs: LEASE_MS,
    guard: DEFAULT_GUARD,
    limits: DEFAULT_LIMITS,
    signal: new AbortController().signal,
  };
}

/** The process writes all its changes, and is gone before the write that would commit, and before any renewal. */
function diesBeforeCommit(
  store: Store,
  changes: number,
): { readonly store: Store; readonly allWritten: Promise<void> } {
  const never = new Promise<never>(() => undefined);
  let left = changes;
  let resolve: () => void;
  const allWritten = new Promise<void>((written) => {
    resolve = written;
  });
  const dying: Store = {
    ...store,
    async write(batch, signal) {
      await store.write(batch, signal);
      left -= batch.length;
      if (left === 0) resolve();
    },
    putScopeState: (state) => (state.revision > 2 ? never : store.putScopeState(state)),
  };
  return { store: dying, allWritten };
}

function counting(store: Store, counted: { stateWrites: number; otherWrites: number }): Store {
  return {
    ...store,
    putScopeState(state) {
      counted.stateWrites += 1;
      return store.putScopeState(state);
    },
    addDiscards(...given) {
      counted.otherWrites += 1;
      return store.addDiscards(...given);
    },
    deleteMarks(...given) {
      counted.otherWrites += 1;
      return store.deleteMarks(...given);
    },
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(100);
}
