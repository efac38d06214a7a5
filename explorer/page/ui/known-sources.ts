import type { List, Source } from "./answers.ts";
import { get, SOURCES } from "./api.ts";
import { type Loaded, useLoaded } from "./loading.tsx";

/** Where a source's documents say what its items are. */
type NodeMembers = NonNullable<Source["node"]>;

/** What is known of the sources' documents. It does not change while the page is open. */
const members = new Map<string, NodeMembers>();
let latest: readonly Source[] | undefined;
let reading: Promise<List<Source>> | undefined;

/** Reads the sources as they are now, and what each comes to. Parts of the page that ask at the same time share one answer. */
export function readSources(): Promise<List<Source>> {
  reading ??= get(SOURCES, { collections: "false" })
    .then(remember)
    .finally(() => {
      reading = undefined;
    });
  return reading;
}

function remember(answer: List<Source>): List<Source> {
  latest = answer.items;
  for (const { id, node } of answer.items) if (node) members.set(id, node);
  return answer;
}

/** The sources, for a view: at once as they were last read, and then as they are. */
export function useSources(inputs: readonly unknown[] = []): Loaded<readonly Source[]> {
  const { data, ...loaded } = useLoaded(readSources, inputs);
  return { ...loaded, data: data?.items ?? latest };
}

/** The ids of the sources there are. */
export async function sourceIds(): Promise<readonly string[]> {
  const sources = latest ?? (await readSources()).items;
  return sources.map(({ id }) => id);
}

/** The same, for a view. */
export const useSourceIds = (): Loaded<readonly string[]> => useLoaded(() => sourceIds(), []);

/** Where a source's documents say what its items are; undefined of relations, and until the sources were read. */
export const nodeMembersOf = (source: string): NodeMembers | undefined => members.get(source);
