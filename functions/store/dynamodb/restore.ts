import type { Store } from "../port.ts";
import { changeRecord, edgeCandidateOf, edgeRecordKey, edgeRecords, versionRecord } from "./records.ts";
import type { Requests } from "./requests.ts";

/** What verifying and repairing need besides reading and writing. */
export function createRestorer(requests: Requests, retentionDays: number): Pick<Store, "edgesAt" | "restore"> {
  return {
    async edgesAt(collection, edges) {
      const keys = new Map(edges.map((edge) => [nameOf(edgeRecordKey(collection, edge)), edge]));
      const records = await requests.getAll(
        "Edges",
        [...keys.values()].map((edge) => edgeRecordKey(collection, edge)),
      );
      return records.flatMap((record) => {
        const edge = keys.get(nameOf(record));
        const named = edgeCandidateOf(record);
        // A record that leads to another item is as good as none.
        return edge && named.collection === collection && named.key === edge.key ? [edge] : [];
      });
    },
    async restore({ versions = [], changes = [], edges = [] }, signal) {
      await requests.writeAll(
        [
          ...edges.flatMap(edgeRecords).map((put) => ({ table: "Edges" as const, put })),
          ...changes.map((change) => ({ table: "Changes" as const, put: changeRecord(change, retentionDays) })),
        ],
        signal,
      );
      await requests.writeAll(
        versions.map((version) => ({ table: "Versions", put: versionRecord(version) })),
        signal,
      );
    },
  };
}

function nameOf({ node, edgeKey }: Readonly<Record<string, unknown>>): string {
  return `${node}\n${edgeKey}`;
}
