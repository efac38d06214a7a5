import { SyncError } from "../../model/errors.ts";
import { STORED_FORMAT } from "../port.ts";
import type { Attributes } from "./requests.ts";

/**
 * Refuses a record of another format than ours. The clock's record, scope states and collection records carry it, so that whatever a
 * process begins with, it is told before it writes, and no read is spent on that.
 */
export function assertFormat(record: Attributes, table: string): void {
  const { format } = record;
  if (format === STORED_FORMAT) return;
  if (typeof format === "number" && format > STORED_FORMAT) {
    throw new SyncError(
      "unsupported",
      `the inventory in ${table} was written by a newer version of Stocktake (format ${format}, this version reads ${STORED_FORMAT}): update Stocktake`,
    );
  }
  throw new SyncError(
    "unsupported",
    `the inventory in ${table} was written by an older version of Stocktake (format ${format ?? "unknown"}, this version reads ${STORED_FORMAT}): set another STOCKTAKE_TABLE_PREFIX, or delete its tables`,
  );
}
