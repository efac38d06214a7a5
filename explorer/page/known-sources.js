import { pages } from "./api.js";
import { useLoaded } from "./loading.js";

let known;

/** The ids of the sources there are. They do not change while the page is open. */
export function sourceIds() {
  known ??= read().catch((error) => {
    known = undefined;
    throw error;
  });
  return known;
}

async function read() {
  const ids = new Set();
  for await (const page of pages("/v1/sources", { limit: 1000 })) for (const { id } of page.items) ids.add(id);
  return [...ids];
}

/** The same, for a view; none until they are known. */
export function useSourceIds() {
  return useLoaded(() => sourceIds(), []).data ?? [];
}
