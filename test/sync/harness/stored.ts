import type { Collection } from "../../../functions/model/collection.ts";
import { headOf } from "../../../functions/model/head.ts";
import type { Change, ItemVersion } from "../../../functions/model/item.ts";
import type { ScopeState } from "../../../functions/model/scope-state.ts";
import type { Store } from "../../../functions/store/port.ts";
import type { Ground } from "./ground.ts";

/** The scope's heads as they are in the store at this moment, by its state. */
export async function storedHeads({ store }: Ground, state: ScopeState): Promise<ItemVersion[]> {
  const uncommitted = new Set([...(await store.discards(state.collection)), ...state.discarding]);
  if (state.writing !== undefined) uncommitted.add(state.writing);
  const { items } = await store.items(state.collection, state.range, { limit: 1_000 });
  return items.flatMap((versions) => headOf(versions, uncommitted) ?? []);
}

/** The log of a collection, or a part of it, as it is in the store at this moment, without what was discarded. */
export async function storedLog(
  { store }: Ground,
  collection: Collection,
  range: Parameters<Store["changes"]>[1] = {},
): Promise<Change[]> {
  const discards = await store.discards(collection);
  const { changes } = await store.changes(collection, range, 100_000);
  return changes.filter(({ after }) => !discards.has(after.at));
}
