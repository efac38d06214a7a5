import { type Collection, partsOf } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { targetName } from "../model/target-record.ts";
import type { Store } from "../store/port.ts";

/*
 * A retired collection gets no items any more, whatever arrives late. Retiring writes the collection's record, and then the state of every
 * scope that it finds: whoever goes by an earlier state cannot commit. A scope that it did not find, or had ended before, reads the record
 * once it is acquired: either retiring finds it acquired, or it finds the collection retired.
 */

/** Whether a collection is retired: its target no longer inventoried. */
export async function isRetired(store: Store, collection: Collection): Promise<boolean> {
  return (await store.collectionRecord(collection))?.status === "retired";
}

/**
 * Throws SyncError `superseded` when the scope may be of a retired collection, and is. Of a scope with a commit that has not ended, its own
 * revision tells.
 */
export async function assertMayCommit(store: Store, { collection, committedAt, ended }: ScopeState): Promise<void> {
  if (committedAt !== undefined && ended !== "target retired") return;
  if (await isRetired(store, collection)) throw new SyncError("superseded", retiredMessage(collection));
}

/** Says that a collection is retired, and what brings it back. */
export function retiredMessage(collection: Collection): string {
  const target = targetName(partsOf(collection));
  return `${target} is retired: \`stocktake targets add ${target}\` brings it back`;
}
