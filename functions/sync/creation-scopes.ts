import { ENTIRE_COLLECTION, type Scope, scopeFrom } from "../model/collection.ts";
import type { ScopeState } from "../model/scope-state.ts";

/**
 * The scopes of a collection that was ever listed by creation, oldest first: each begins where the one before is closed, and the last is
 * open. The open one after the last closed one exists before anything is stored of it. A collection that never was is one open scope.
 */
export function creationScopes(states: readonly ScopeState[]): Scope[] {
  const byId = new Map(states.map((state) => [state.scope, state]));
  const scopes: Scope[] = [];
  let next: Scope | undefined = ENTIRE_COLLECTION;
  while (next) {
    const scope: Scope = { id: next.id, range: byId.get(next.id)?.range ?? next.range };
    scopes.push(scope);
    next = scope.range.until === undefined ? undefined : scopeFrom(scope.range.until);
  }
  return scopes;
}
