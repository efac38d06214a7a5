import type { Collection, CollectionPage, Sync } from "../ui/answers.ts";
import { COLLECTIONS, get, SYNCS } from "../ui/api.ts";
import type { ListPage } from "../ui/paging.tsx";
import type { Params } from "../ui/params.ts";

const SIZE = 100;

/** A page of syncs, newest first. */
export interface SyncsPage extends ListPage {
  readonly syncs: readonly Sync[];
}

export async function readSyncs(query: Params, signal: AbortSignal): Promise<SyncsPage> {
  const { items, nextCursor } = await get(SYNCS, { ...query, order: "desc", limit: SIZE }, signal);
  return { syncs: items, nextCursor };
}

type Scope = Collection["scopes"][number];

/** A scope whose removals are pending. */
export interface PendingRemovals extends NonNullable<Scope["held"]> {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly scope: string;
}

/** Collections that are read at a time. */
export const COLLECTIONS_SIZE = 50;

/** A page of collections, what is wrong first. */
export function readCollections(query: Params, signal: AbortSignal): Promise<CollectionPage> {
  return get(COLLECTIONS, { ...query, limit: COLLECTIONS_SIZE }, signal);
}

/** The removals that wait for another listing, or for a person, in these collections. */
export function pendingIn(collections: readonly Collection[]): PendingRemovals[] {
  return collections.flatMap(({ source, account, region, scopes }) =>
    scopes.flatMap(({ id: scope, held }) => (held ? [{ ...held, source, account, region, scope }] : [])),
  );
}
