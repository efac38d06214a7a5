import { createApi } from "../../../functions/api/app.ts";
import type { Clock } from "../../../functions/model/clock.ts";
import { collectionOf, type Scope, WHOLE } from "../../../functions/model/collection.ts";
import type { Page, Source } from "../../../functions/model/source.ts";
import { SOURCES } from "../../../functions/sources/registry.ts";
import { memoryStore } from "../../../functions/store/memory.ts";
import type { Store, SyncRecord } from "../../../functions/store/port.ts";
import { planCollection } from "../../../functions/sync/plan.ts";
import { syncScope } from "../../../functions/sync/sync.ts";

/*
 * A store that real syncs have filled, in virtual time, and the API over it. Listings are given; everything else is the
 * engine's own doing.
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
  readonly vanished?: boolean;
  readonly acceptRemovals?: boolean;
}

/** A sync that stopped in the middle of its writes. */
export interface Stopped {
  /** Its record, if it had nothing more to write and so has ended. */
  readonly ended?: SyncRecord;
  /** Lets it go on to its end; one that is never let go on is dead. */
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
  /** Starts a sync and stops it when it has written this many records. */
  stopAfter(writes: number, listing: Listing): Promise<Stopped>;
  plan(source: string, scopes: readonly Scope[] | Error): Promise<void>;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** The body of an answer that must be 200. */
  read<Body>(path: string): Promise<Body>;
}

export function sourceNamed(id: string): Source {
  const source = SOURCES.find((each) => each.id === id);
  if (!source) throw new Error(`there is no source ${id}`);
  return source;
}

export function newWorld(options: { store?: Store; sources?: readonly Source[]; readsAhead?: boolean } = {}): World {
  const store = options.store ?? memoryStore();
  let now = START;
  let syncs = 0;
  // Nothing waits in virtual time: leases are renewed by nobody, and lapse when the test says so.
  const clock: Clock = { now: () => now, monotonic: () => 0, sleep: (_ms, signal) => untilAborted(signal) };
  const errors: unknown[] = [];
  const app = createApi({
    store,
    sources: options.sources ?? SOURCES,
    clock,
    retentionDays: RETENTION_DAYS,
    readsAhead: options.readsAhead ?? false,
    version: "0.0.0",
    onError: (error) => errors.push(error),
  });

  const run = (through: Store, listing: Listing) => {
    const { source, account = "123456789012", region = "eu-west-1", scope = WHOLE } = listing;
    syncs += 1;
    const holder = `sync ${syncs}`;
    return syncScope(
      {
        store: through,
        clock,
        holder: () => holder,
        leaseMs: LEASE_MS,
        guard: { items: 10, share: 0.5 },
        signal: new AbortController().signal,
      },
      {
        source: sourceNamed(source),
        collection: collectionOf(source, { account, region }),
        scope,
        connection: { list: () => pages(listing) },
        vanished: listing.vanished ?? false,
        acceptRemovals: listing.acceptRemovals ?? false,
      },
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
      const record = await run(store, listing);
      if (!record) throw new Error("another sync holds the scope");
      return record;
    },
    async stopAfter(writes, listing) {
      const gate = newSignal();
      const stopped = newSignal();
      const record = run(stoppingStore(store, writes, stopped.give, gate.given), listing);
      const ended = await Promise.race([stopped.given, record]);
      return {
        ...(ended && { ended }),
        resume() {
          gate.give();
          return record;
        },
      };
    },
    async plan(source, scopes) {
      async function* plan() {
        if (scopes instanceof Error) throw scopes;
        yield* scopes;
      }
      const collection = collectionOf(source, { account: "123456789012", region: "eu-west-1" });
      const signal = new AbortController().signal;
      await planCollection({ store, clock, signal }, sourceNamed(source), collection, { plan }).catch(() => undefined);
    },
    get,
    async read<Body>(path: string) {
      const response = await get(path);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`);
      return JSON.parse(text) as Body;
    },
  };
}

async function* pages({ documents, fails }: Listing): AsyncGenerator<Page> {
  yield { documents, retries: 0 };
  if (fails) throw fails;
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

/** The store, until so many records are written through it: then the write under way stops half-way until the gate opens. */
function stoppingStore(store: Store, writes: number, onStop: () => void, gate: Promise<undefined>): Store {
  let left = writes;
  const stopping = async <Row>(records: readonly Row[], write: (records: readonly Row[]) => Promise<void>) => {
    const before = records.slice(0, left);
    left -= before.length;
    await write(before);
    if (before.length === records.length) return;
    onStop();
    await gate;
    left = Number.POSITIVE_INFINITY;
    await write(records.slice(before.length));
  };
  return {
    ...store,
    writeChanges: (changes, signal) => stopping(changes, (records) => store.writeChanges(records, signal)),
    writeItems: (items, signal) => stopping(items, (records) => store.writeItems(records, signal)),
  };
}
