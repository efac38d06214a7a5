import type { Source } from "./answers.ts";
import { get, pages, SOURCES } from "./api.ts";
import { type Loaded, useLoaded } from "./loading.tsx";

/** Where a source's documents say what its items are. */
type NodeMembers = NonNullable<Source["node"]>;

/** Every source with its collections, however many pages the scopes take, and when the oldest of it was listed whole. */
export interface Sources {
  readonly sources: readonly Source[];
  /** Absent if a collection never was. */
  readonly freshAt: string | undefined;
}

/** What is known of the sources' documents. It does not change while the page is open. */
const members = new Map<string, NodeMembers>();
let ids: readonly string[] | undefined;
let known: Promise<void> | undefined;
let reading: Promise<Sources> | undefined;

/** Reads the sources as they are now. Parts of the page that ask at the same time share one answer. */
export function readSources(): Promise<Sources> {
  reading ??= walkSources().finally(() => {
    reading = undefined;
  });
  return reading;
}

async function walkSources(): Promise<Sources> {
  const sources = new Map<string, Source>();
  let freshAt: string | undefined;
  for await (const page of pages(SOURCES, { limit: 1000 })) {
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
  remember([...sources.values()]);
  return { sources: [...sources.values()], freshAt };
}

function remember(sources: readonly Source[]): void {
  ids = sources.map(({ id }) => id);
  for (const { id, node } of sources) if (node) members.set(id, node);
}

/** The ids of the sources there are. */
export async function sourceIds(): Promise<readonly string[]> {
  if (!ids && !reading) known ??= readIds();
  await (reading ?? known);
  return ids ?? [];
}

async function readIds(): Promise<void> {
  try {
    remember((await get(SOURCES, { collections: "false" })).items);
  } finally {
    known = undefined;
  }
}

/** The same, for a view. */
export const useSourceIds = (): Loaded<readonly string[]> => useLoaded(() => sourceIds(), []);

/** Where a source's documents say what its items are; undefined of relations, and until the sources were read. */
export const nodeMembersOf = (source: string): NodeMembers | undefined => members.get(source);
