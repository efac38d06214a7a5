import { runSyncs } from "../../cli/run.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Store, SyncRecord } from "../../functions/store/port.ts";
import { REGION } from "./account.ts";

export interface SyncOnce {
  readonly source: string;
  /** Where it is listed. */
  readonly service: string;
  /** Whose collection it is taken for: another account's is another, empty collection. */
  readonly account: string;
  readonly tail?: boolean;
}

/** What the syncs of one run counted, all windows together. */
export type SyncCounts = Pick<SyncRecord, "pages" | "listed" | "added" | "modified" | "removed" | "unchanged"> & {
  readonly syncs: number;
};

/** On a slow machine a long listing would be cut in two, and its figures would be others. */
const NEVER = 86_400_000;

const silent = {
  planning: () => undefined,
  planned: () => undefined,
  progress: () => undefined,
  scopeDone: () => undefined,
  done: () => undefined,
};

/** One run of one source as `npm run sync` makes it, which must end complete. */
export async function syncOnce(store: Store, { source: id, service, account, tail }: SyncOnce): Promise<SyncCounts> {
  const source = SOURCES.find((known) => known.id === id);
  if (!source) throw new Error(`there is no source ${id}`);
  const target = { source, account, client: { region: REGION, endpoint: service }, tail: tail ?? false };
  const local = { store, place: "", embedded: false, close: async () => undefined };
  const [result] = await runSyncs(local, [target], {
    signal: new AbortController().signal,
    observer: silent,
    cutAfterMs: NEVER,
  });
  const records = result?.scopes.flatMap(({ records }) => records) ?? [];
  const counts = { syncs: records.length, pages: 0, listed: 0, added: 0, modified: 0, removed: 0, unchanged: 0 };
  for (const record of records) {
    if (record.outcome !== "complete") throw new Error(`a sync ended ${record.outcome}: ${record.error?.message}`);
    for (const name of ["pages", "listed", "added", "modified", "removed", "unchanged"] as const) {
      counts[name] += record[name];
    }
  }
  if (records.length === 0) throw new Error(`nothing was synced: ${result?.failure?.message}`);
  return counts;
}
