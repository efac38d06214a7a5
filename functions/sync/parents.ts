import { type Collection, collectionOf, partsOf, type Scope } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { PlannedFrom } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import { creationScopes } from "./creation-scopes.ts";
import { readHeads } from "./heads.ts";
import { parseDocument } from "./parse-item.ts";

/** The scopes that the stored parents name, and since when everything in them is known. */
export interface StoredParents {
  readonly scopes: readonly Scope[];
  readonly freshAt: Instant;
}

/**
 * The scopes of a collection, by its parents that another source of the same target has stored. Undefined as long as those are not all
 * stored: when they were never listed whole, or that source is not inventoried any more and its items have ended for that reason.
 *
 * A parent counts as present until its removal is committed: pending removals, failed listings and syncs that are still writing orphan
 * nothing.
 */
export async function storedParents(
  store: Store,
  collection: Collection,
  { source, scopeOf }: PlannedFrom,
): Promise<StoredParents | undefined> {
  const { account, region } = partsOf(collection);
  const target = { account, region };
  const parents = collectionOf(source, target);
  // Before the states: what is committed later than this, or is still being written, is not believed when it removes.
  const committedUntil = await store.readTimestamp();
  const states = await store.scopeStates(parents);
  const freshAt = wholeSince(states);
  if (freshAt === undefined) return undefined;
  const scopes = new Map<string, Scope>();
  for await (const heads of readHeads(store, parents, states, {})) {
    for (const { state, at, document } of heads) {
      if (state === "removed" && at <= committedUntil) continue;
      const scope = scopeOf(parseDocument(document), target);
      if (scope) scopes.set(scope.id, scope);
    }
  }
  return { scopes: [...scopes.values()], freshAt };
}

/** Since when everything in a collection without a plan is known; undefined when part of it was never listed, or has ended. */
function wholeSince(states: readonly ScopeState[]): Instant | undefined {
  const byId = new Map(states.map((state) => [state.scope, state]));
  const times = creationScopes(states).map(({ id }) => {
    const state = byId.get(id);
    return state?.ended === undefined ? state?.lastCompleteAt : undefined;
  });
  return times.includes(undefined) ? undefined : times.sort()[0];
}
