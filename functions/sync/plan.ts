import type { Clock } from "../model/clock.ts";
import { type Collection, PLAN, type Scope } from "../model/collection.ts";
import { type SyncError, serviceError } from "../model/errors.ts";
import { instantOf } from "../model/instant.ts";
import type { Connection, Source } from "../model/source.ts";
import type { Standing, Store } from "../store/port.ts";

/** A scope to be synced. */
export interface PlannedScope {
  readonly scope: Scope;
  /** Stored, and no longer named by a complete plan. */
  readonly vanished: boolean;
}

/**
 * The scopes of a collection that are to be synced: those its plan names, and after them those stored that a
 * complete plan no longer names. A plan that fails names none; that is noted in the collection's standing and in the
 * record of a sync of the scope PLAN, and thrown as SyncError.
 */
export async function planCollection(
  host: { readonly store: Store; readonly clock: Clock; readonly signal: AbortSignal },
  source: Source,
  collection: Collection,
  connection: Pick<Connection, "plan">,
): Promise<PlannedScope[]> {
  const { store, clock, signal } = host;
  const startedAt = instantOf(clock.now());
  const started = clock.monotonic();
  const planned = new Map<string, Scope>();
  try {
    for await (const scope of connection.plan(signal)) planned.set(scope.id, scope);
  } catch (error) {
    const failure = signal.aborted
      ? serviceError(source.operation, signal.reason)
      : serviceError(source.operation, error);
    await notePlanFailed(
      store,
      collection,
      startedAt,
      instantOf(clock.now()),
      Math.round(clock.monotonic() - started),
      failure,
    );
    throw failure;
  }
  if (!source.planned) return [...planned.values()].map((scope) => ({ scope, vanished: false }));

  const standings = await store.standings(collection);
  const gone = standings.filter((standing) => !planned.has(standing.scope) && !isSettledEmpty(standing));
  const now = instantOf(clock.now());
  await store.notePlan(collection, { outcome: "complete", triedAt: now, completeAt: now });
  return [
    ...[...planned.values()].map((scope) => ({ scope, vanished: false })),
    ...gone.map(({ scope, range }) => ({ scope: { id: scope, range }, vanished: true })),
  ];
}

function isSettledEmpty(standing: Standing): boolean {
  return standing.scope === PLAN || (standing.vanished === true && standing.items === 0 && !standing.dirtySince);
}

async function notePlanFailed(
  store: Store,
  collection: Collection,
  startedAt: string,
  triedAt: string,
  durationMs: number,
  error: SyncError,
): Promise<void> {
  const failure = { code: error.code, message: error.message };
  await store.notePlan(collection, { outcome: "failed", triedAt, error: failure });
  await store.recordSync({
    collection,
    startedAt,
    scope: PLAN,
    outcome: "failed",
    pages: 0,
    listed: 0,
    added: 0,
    modified: 0,
    removed: 0,
    unchanged: 0,
    held: 0,
    refused: 0,
    refusals: [],
    retries: 0,
    durationMs,
    error: failure,
  });
}
