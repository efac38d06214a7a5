import { syncKey } from "../../model/sync-record.ts";
import type { Store } from "../port.ts";
import { rangeQuery } from "./queries.ts";
import { syncOf, syncTableRecord } from "./records.ts";
import type { Requests } from "./requests.ts";

export function createSyncs(requests: Requests, retentionDays: number): Pick<Store, "recordSync" | "syncs"> {
  return {
    async recordSync(record) {
      await requests.put("Syncs", syncTableRecord(record, retentionDays));
    },
    async syncs(collection, { since, before }, limit) {
      const query = rangeQuery("Syncs", collection, {
        ...(since !== undefined && { from: since }),
        ...(before !== undefined && { until: before }),
      });
      if (!query) return { syncs: [] };
      // One more than the limit, for `before` itself.
      const { records, last } = await requests.query("Syncs", { ...query, ScanIndexForward: false, Limit: limit + 1 });
      const earlier = records.map(syncOf).filter((sync) => syncKey(sync) !== before);
      const syncs = earlier.slice(0, limit);
      const oldest = syncs.at(-1);
      return { syncs, ...(oldest && (last || syncs.length < earlier.length) && { next: syncKey(oldest) }) };
    },
  };
}
