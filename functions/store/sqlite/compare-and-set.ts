import { isDeepStrictEqual } from "node:util";
import type { Value } from "./database.ts";

/** What has a revision is stored as JSON. */
export function recordOf<Record>(json: Value | undefined): Record | undefined {
  return typeof json === "string" ? (JSON.parse(json) as Record) : undefined;
}

/**
 * Puts a record in the place of the one before it. Answers whether the record is stored, which it may have been before: then the answer to
 * an earlier try was lost.
 */
export function compareAndSet<Record extends { readonly revision: number }>(
  stored: Record | undefined,
  record: Record,
  put: (json: string) => void,
): boolean {
  const json = JSON.stringify(record);
  if ((stored?.revision ?? 0) !== record.revision - 1) return isDeepStrictEqual(stored, JSON.parse(json));
  put(json);
  return true;
}
