import { randomUUID } from "node:crypto";
import { clientSettings } from "../../functions/aws/settings.ts";
import { systemClock } from "../../functions/model/clock.ts";
import { collectionOf } from "../../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import type { Source } from "../../functions/model/source.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { DEFAULT_LIMITS, type SyncHost } from "../../functions/sync/job.ts";
import { syncCollection } from "../../functions/sync/sync-collection.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";

export interface HistoryOptions {
  /** When the account was synced, in epoch milliseconds, in order. It drifts before each sync but the first. */
  readonly instants: readonly number[];
  readonly associations: number;
  readonly images?: number;
  /** How often the account drifts between two syncs. */
  readonly drift?: number;
}

const CREDENTIALS = { accessKeyId: "simulated", secretAccessKey: "simulated" };
const HOUR_MS = 3_600_000;

/** Fills a SQLite file with the past of a simulated account, by the real engine, over the wire, at other times than now. */
export async function makeHistory(file: string, options: HistoryOptions): Promise<void> {
  const { instants, associations, images = 6, drift = 5 } = options;
  let [now = 0] = instants;
  const store = createSqliteStore(file, { now: () => now, retentionDays: 400 });
  const account = seedAccount({ baseTime: now, associations, images });
  const simulator = await startSimulator({ account, now: () => now });
  try {
    for (const [round, instant] of instants.entries()) {
      now = instant;
      if (round > 0) for (let step = 0; step < drift; step += 1) simulator.drift();
      for (const source of SOURCES) await syncSource(store, simulator, source);
      endMembership(simulator, instant);
    }
  } finally {
    await simulator.close();
    await store.close();
  }
}

/** Syncs a source of a simulated account, once. */
export async function syncSource(store: Store, { account, url }: Simulator, source: Source): Promise<void> {
  const host: SyncHost = {
    store,
    clock: systemClock,
    holder: randomUUID,
    leaseMs: 10_000,
    guard: DEFAULT_GUARD,
    limits: DEFAULT_LIMITS,
    signal: new AbortController().signal,
  };
  const collection = collectionOf(source.id, { account: account.accountId, region: account.region });
  const settings = clientSettings({ region: account.region, endpoint: url, credentials: CREDENTIALS });
  const connection = source.connect(settings);
  try {
    await syncCollection(host, { source, collection, connection, kind: "full", intervals: { fullMs: HOUR_MS } });
  } finally {
    connection.close();
  }
}

/** One membership ends after every sync, as long as there are some. */
function endMembership({ account }: Simulator, now: number): void {
  const membership = [...account.memberships].find(({ status }) => status === "ACTIVE");
  if (membership) account.memberships.put({ ...membership, status: "REMOVED", updateTime: now });
}
