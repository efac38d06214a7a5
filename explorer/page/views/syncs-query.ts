import type { Collection, Source, Sync } from "../ui/answers.ts";
import { each, get, pages, SOURCES, SYNCS } from "../ui/api.ts";
import { sourceIds } from "../ui/known-sources.ts";
import type { ListPage } from "../ui/paging.tsx";
import type { Params } from "../ui/params.ts";

const SIZE = 50;

/** A page of syncs: of one source in the API's order, of all of them the newest. */
export interface SyncsPage extends ListPage {
  readonly syncs: readonly Sync[];
  /** Whether there are more of a source than are shown. */
  readonly more: boolean;
}

/** The syncs of a source, page by page; without one, the newest of each source, merged by time. */
export async function readSyncs(query: Params, signal: AbortSignal): Promise<SyncsPage> {
  if (query.source) {
    const { items, nextCursor } = await get(SYNCS, { ...query, limit: SIZE }, signal);
    return { syncs: items, nextCursor, more: false };
  }
  const syncs: Sync[] = [];
  let more = false;
  await each(await sourceIds(), 3, async (source) => {
    const page = await get(SYNCS, { ...query, source, limit: SIZE }, signal);
    syncs.push(...page.items);
    more ||= page.nextCursor !== undefined;
  });
  syncs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return { syncs: syncs.slice(0, 2 * SIZE), more: more || syncs.length > 2 * SIZE };
}

type Scope = Collection["scopes"][number];

/** A scope whose removals are pending. */
export interface PendingRemovals extends NonNullable<Scope["held"]> {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly scope: string;
}

/** The removals that wait for another listing, or for a person, wherever there are some. */
export function pendingIn(sources: readonly Source[]): PendingRemovals[] {
  return sources.flatMap(({ id: source, collections }) =>
    collections.flatMap(({ account, region, scopes }) =>
      scopes.flatMap(({ id: scope, held }) => (held ? [{ ...held, source, account, region, scope }] : [])),
    ),
  );
}

/** Every source with its collections, however many pages the scopes take, and when the oldest of it was listed whole. */
export interface Sources {
  readonly sources: readonly Source[];
  /** Absent if a collection never was. */
  readonly freshAt: string | undefined;
}

export async function readSources(signal: AbortSignal): Promise<Sources> {
  const sources = new Map<string, Source>();
  let freshAt: string | undefined;
  for await (const page of pages(SOURCES, { limit: 1000 }, signal)) {
    freshAt = page.freshAt;
    for (const source of page.items) {
      const known = sources.get(source.id) ?? { ...source, collections: [] };
      for (const collection of source.collections) {
        const listed = known.collections.find(
          ({ account, region }) => account === collection.account && region === collection.region,
        );
        if (listed) listed.scopes.push(...collection.scopes);
        else known.collections.push({ ...collection, scopes: [...collection.scopes] });
      }
      sources.set(source.id, known);
    }
  }
  return { sources: [...sources.values()], freshAt };
}
