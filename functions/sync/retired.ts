import { type Collection, partsOf } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { targetName } from "../model/target-record.ts";
import type { Store } from "../store/port.ts";

/*
 * A retired collection gets no items any more, whatever arrives late. Retiring writes the collection's record, and then removes the items of
 * every scope that it finds: a process that goes by an earlier state cannot commit. Where a scope has no items, as one that retiring did not find, or
 * has emptied, the record is read once the scope is acquired: either retiring finds it acquired, or the collection is found retired.
 */

/** Whether a collection is retired: its target no longer inventoried. */
export async function isRetired(store: Store, collection: Collection): Promise<boolean> {
  return (await store.collectionRecord(collection))?.status === "retired";
}

/** Throws SyncError `superseded` when the scope is of a retired collection. One that has items is not, or its revision tells. */
export async function assertMayCommit(store: Store, { collection, count }: ScopeState): Promise<void> {
  if (count > 0) return;
  if (await isRetired(store, collection)) throw new SyncError("superseded", retiredMessage(collection));
}

/** Says that a collection is retired, and what brings it back. */
export function retiredMessage(collection: Collection): string {
  const target = targetName(partsOf(collection));
  return `${target} is retired: \`stocktake targets add ${target}\` brings it back`;
}
