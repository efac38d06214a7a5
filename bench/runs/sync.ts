import { type RunTarget, runSyncs } from "../../cli/run.ts";
import type { SyncRecord } from "../../functions/model/sync-record.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Store } from "../../functions/store/port.ts";
import type { SyncKind } from "../../functions/sync/job.ts";
import type { CollectionResult } from "../../functions/sync/sync-collection.ts";
import { ACCOUNT, REGION } from "../processes/account.ts";

export interface SyncTask {
  readonly source: string;
  /** Where it is listed. */
  readonly service: string;
  readonly kind?: SyncKind;
}

/** What the syncs of one run counted, all scopes together. */
export type SyncCounts = Pick<SyncRecord, "pages" | "listed" | "added" | "modified" | "removed" | "unchanged">;

const NAMES = ["pages", "listed", "added", "modified", "removed", "unchanged"] as const;

const silent = {
  started: () => undefined,
  planned: () => undefined,
  progress: () => undefined,
  scopeDone: () => undefined,
  done: () => undefined,
};

/** A run without a source. */
export async function runNothing(store: Store): Promise<void> {
  await run(store, []);
}

function run(store: Store, targets: readonly RunTarget[]): Promise<CollectionResult[]> {
  const local = { store, location: "", local: true, close: async () => undefined };
  return runSyncs(local, targets, { signal: new AbortController().signal, observer: silent });
}

/** One run of one source as `stocktake sync` makes it. Every scope must end complete. */
export async function syncOnce(store: Store, { source: id, service, kind = "full" }: SyncTask): Promise<SyncCounts> {
  const source = SOURCES.find((known) => known.id === id);
  if (!source) throw new Error(`there is no source ${id}`);
  const target = { source, account: ACCOUNT, client: { region: REGION, endpoint: service }, kind };
  const [result] = await run(store, [target]);
  if (!result || result.failure) throw new Error(`nothing was synced: ${result?.failure?.message}`);
  const counts = { pages: 0, listed: 0, added: 0, modified: 0, removed: 0, unchanged: 0 };
  for (const { result: scope } of result.scopes) {
    if (scope.status === "skipped") throw new Error(`a scope was skipped: ${scope.reason}`);
    if (scope.record.outcome !== "complete")
      throw new Error(`a sync ended ${scope.record.outcome}: ${scope.record.error?.message}`);
    for (const name of NAMES) counts[name] += scope.record[name];
  }
  return counts;
}
