import { pages, SOURCES } from "./api.ts";
import { useLoaded } from "./loading.tsx";

let known: Promise<string[]> | undefined;

/** The ids of the sources there are. They do not change while the page is open. */
export function sourceIds(): Promise<string[]> {
  known ??= readSourceIds().catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  return known;
}

async function readSourceIds(): Promise<string[]> {
  const ids = new Set<string>();
  for await (const page of pages(SOURCES, { limit: 1000 })) for (const { id } of page.items) ids.add(id);
  return [...ids];
}

/** The same, for a view; none until they are known. */
export function useSourceIds(): readonly string[] {
  return useLoaded(() => sourceIds(), []).data ?? [];
}
