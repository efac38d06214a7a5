import { createApi } from "../../../functions/api/app.ts";
import { contractFiles } from "../../../functions/api/openapi.ts";
import { sourceMetadata } from "../../../functions/api/service.ts";
import type { Clock } from "../../../functions/model/clock.ts";
import { type Collection, collectionOf, ENTIRE_COLLECTION, type Scope } from "../../../functions/model/collection.ts";
import { type PlanState, summaryOfScopes } from "../../../functions/model/collection-record.ts";
import { formatError, SyncError } from "../../../functions/model/errors.ts";
import { instantOf } from "../../../functions/model/instant.ts";
import type { Connection, Page, Source } from "../../../functions/model/source.ts";
import type { SyncRecord } from "../../../functions/model/sync-record.ts";
import { SOURCES } from "../../../functions/sources/registry.ts";
import type { Store } from "../../../functions/store/port.ts";
import { createSqliteStore } from "../../../functions/store/sqlite/store.ts";
import { claim, release } from "../../../functions/sync/claim.ts";
import { DEFAULT_LIMITS, type SyncHost, type SyncResult } from "../../../functions/sync/job.ts";
import { pendingCondition } from "../../../functions/sync/notices.ts";
import { planScopes } from "../../../functions/sync/plan.ts";
import { reconcileScope } from "../../../functions/sync/reconcile.ts";
import { settleAbandoned } from "../../../functions/sync/settle.ts";

/*
 * A store that real syncs have filled, in virtual time, and the API over it. Listings are given. Everything else is what the engine does.
 */

export type Document = Readonly<Record<string, unknown>>;

export const LEASE_MS = 30_000;
export const RETENTION_DAYS = 90;
/** When every world begins. */
export const START = Date.parse("2026-03-01T12:00:00.000Z");

export interface Listing {
  readonly source: string;
  readonly account?: string;
  readonly region?: string;
  readonly scope?: Scope;
  readonly documents: readonly Document[];
  /** What the listing ends with, instead of completing. */
  readonly fails?: Error;
  readonly orphaned?: boolean;
  readonly approveRemovals?: boolean;
  /** What the source declares differently from now on. */
  readonly redeclared?: Partial<Source>;
}

/** A sync that stopped in the middle of its writes. */
export interface Stopped {
  /** Its record, if it wrote less and so has ended. */
  readonly ended?: SyncRecord;
  /** Lets it go on to its end, even if another sync took its scope over meanwhile. A sync that never goes on is dead. */
  resume(): Promise<SyncRecord | undefined>;
}

export interface World {
  readonly store: Store;
  readonly app: ReturnType<typeof createApi>;
  /** Errors that were not the caller's. */
  readonly errors: unknown[];
  now(): number;
  advance(ms: number): void;
  sync(listing: Listing): Promise<SyncRecord>;
  /** Starts a sync and stops it once it has written this many changes. */
  stopAfter(writes: number, listing: Listing): Promise<Stopped>;
  plan(source: string, scopes: readonly Scope[] | Error): Promise<void>;
  /** What the dispatcher does once a minute: takes over scopes whose writers died. */
  settle(): Promise<void>;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** The body of a response that must be 200. */
  read<Body>(path: string): Promise<Body>;
  close(): Promise<void>;
}

let files: ReturnType<typeof contractFiles> | undefined;

/** The files that describe the API, made when they are first asked for. */
function contract() {
  files ??= contractFiles(SOURCES.map(sourceMetadata), "0.0.0");
  return files;
}

export function sourceNamed(id: string): Source {
  const source = SOURCES.find((each) => each.id === id);
  if (!source) throw new Error(`there is no source ${id}`);
  return source;
}

export function newWorld(options: { store?: Store; sources?: readonly Source[] } = {}): World {
  let now = START;
  let syncs = 0;
  const store = options.store ?? createSqliteStore(":memory:", { retentionDays: RETENTION_DAYS, now: () => now });
  // Nothing waits in virtual time: nobody renews leases, and they expire when the test says so.
  const clock: Clock = { monotonic: () => 0, sleep: (_ms, signal) => untilAborted(signal) };
  const errors: unknown[] = [];
  const app = createApi({
    store,
    sources: (options.sources ?? SOURCES).map(sourceMetadata),
    retentionDays: RETENTION_DAYS,
    readContract: async (file) => contract()[file],
    onError: (error) => void errors.push(error),
  });
  const host = (through: Store): SyncHost => {
    syncs += 1;
    const holder = `sync ${syncs}`;
    return {
      ...{ store: through, clock, holder: () => holder, leaseMs: LEASE_MS, guard: { items: 10, share: 0.5 } },
      ...{ limits: DEFAULT_LIMITS, signal: new AbortController().signal },
    };
  };

  /** Claims the collection, does the work, and notes in the collection's record how it ended, as syncCollection does. */
  const claimed = async <T>(
    source: Source,
    collection: Collection,
    work: () => Promise<T>,
    endOf: (result: T) => { readonly plan?: PlanState; readonly error?: SyncError["code"] },
  ): Promise<T> => {
    const record = await claim(store, { collection, id: `claim ${syncs}` });
    const result = await work();
    const { plan, error } = endOf(result);
    const noted = error && plan ? { ...record.plan, ...plan } : (plan ?? record.plan);
    const states = await store.scopeStates(collection);
    await release(store, record, {
      ...{ kind: "full", intervals: { fullMs: source.intervalMinutes * 60_000 }, found: 0 },
      ...(noted && { plan: noted }),
      ...(error && { failure: { code: error, message: `it is ${error}` } }),
      ...summaryOfScopes(states),
      pending: pendingCondition(states, []) ?? "none",
    });
    return result;
  };

  const run = (through: Store, listing: Listing): Promise<SyncResult> => {
    const { account = "123456789012", region = "eu-west-1", scope = ENTIRE_COLLECTION } = listing;
    const source = { ...sourceNamed(listing.source), ...listing.redeclared };
    const collection = collectionOf(source.id, { account, region });
    const { orphaned = false, approveRemovals = false } = listing;
    return claimed(
      source,
      collection,
      () =>
        reconcileScope(host(through), {
          ...{ source, collection, scope, connection: connectionTo(listing), kind: "full" },
          ...{ orphaned, approveRemovals },
        }),
      (result) => (result.status === "ended" && result.record.error ? { error: result.record.error.code } : {}),
    );
  };
  const get = async (path: string, init?: RequestInit) => app.request(path, init);

  return {
    store,
    app,
    errors,
    now: () => now,
    advance(ms) {
      now += ms;
    },
    async sync(listing) {
      const result = await run(store, listing);
      if (result.status === "skipped") throw new Error(`the sync was skipped: ${result.reason}`);
      return result.record;
    },
    async stopAfter(writes, listing) {
      const gate = newSignal();
      const stopped = newSignal();
      const ending = run(stoppingStore(store, writes, stopped.give, gate.given), listing).then((result) =>
        result.status === "ended" ? result.record : undefined,
      );
      const ended = await Promise.race([stopped.given, ending]);
      return {
        ...(ended && { ended }),
        resume() {
          gate.give();
          return ending;
        },
      };
    },
    async plan(id, scopes) {
      const source = sourceNamed(id);
      const collection = collectionOf(id, { account: "123456789012", region: "eu-west-1" });
      const connection = { plan: () => planOf(scopes) };
      const at = instantOf(now);
      await claimed(
        source,
        collection,
        () =>
          planScopes(host(store), { source, collection, connection, kind: "full" }).then(
            (planned) => ({ plan: planned.plan }),
            (error: unknown) => {
              if (!(error instanceof SyncError)) throw error;
              return { error };
            },
          ),
        (result) => {
          if (!("error" in result)) return result.plan ? { plan: result.plan } : {};
          const { code } = result.error;
          return { error: code, plan: { lastAttemptAt: at, error: { code, message: formatError(result.error) } } };
        },
      );
    },
    settle: () => settleAbandoned({ store }),
    get,
    async read<Body>(path: string) {
      const response = await get(path);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
      return JSON.parse(text) as Body;
    },
    close: () => store.close(),
  };
}

function connectionTo({ documents, fails }: Listing): Connection {
  return {
    async *list(): AsyncGenerator<Page> {
      yield { documents, retries: 0 };
      if (fails) throw fails;
    },
    // An orphaned scope is one that no plan names.
    plan: () => planOf([]),
    clockOffset: () => undefined,
    close: () => undefined,
  };
}

async function* planOf(scopes: readonly Scope[] | Error): AsyncGenerator<Scope> {
  if (scopes instanceof Error) throw scopes;
  yield* scopes;
}

function newSignal() {
  const giver = new AbortController();
  const given = new Promise<undefined>((resolve) => {
    giver.signal.addEventListener("abort", () => resolve(undefined));
  });
  return { given, give: () => giver.abort() };
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}

/** The store, until so many changes are written through it. Then the writer stops, half-way through them or behind them, until the gate opens. */
function stoppingStore(store: Store, writes: number, onStop: () => void, gate: Promise<undefined>): Store {
  let left = writes;
  return {
    ...store,
    async write(changes, signal) {
      const before = changes.slice(0, left);
      left -= before.length;
      await store.write(before, signal);
      if (left > 0) return;
      onStop();
      await gate;
      left = Number.POSITIVE_INFINITY;
      await store.write(changes.slice(before.length), signal);
    },
  };
}
