import type { Client } from "./client.ts";
import type { paths } from "./openapi.ts";
import { type RetryOptions, request } from "./request.ts";

type Get<Path extends keyof paths> = paths[Path] extends { get: infer Operation } ? Operation : never;
type Body<Path extends keyof paths> =
  Get<Path> extends { responses: { 200: { content: { "application/json": infer Json } } } } ? Json : never;

/** The paths of lists, which come in pages. */
export type ListPath = {
  [Path in keyof paths]: Body<Path> extends { items: unknown[]; asOf: string; nextCursor?: string } ? Path : never;
}[keyof paths];

/** One page of a list: `items`, `asOf` and what else the path answers with. */
export type ListPage<Path extends ListPath> = Body<Path>;

/** One entry of a list. */
export type ListEntry<Path extends ListPath> = Body<Path> extends { items: (infer Entry)[] } ? Entry : never;

/** The parameters of a list's path: `query`, and of an item's list also `path`. */
export type ListParameters<Path extends ListPath> =
  Get<Path> extends { parameters: infer Parameters } ? Pick<Parameters, keyof Parameters & ("query" | "path")> : never;

/**
 * Reads a list page after page. All pages show the instant of the first, `asOf`, whatever is synced meanwhile. Requests that fail for a
 * passing reason are repeated. Throws ApiError.
 */
export async function* pagesOf<Path extends ListPath>(
  client: Client,
  path: Path,
  parameters: ListParameters<Path>,
  options: RetryOptions = {},
): AsyncGenerator<ListPage<Path>, void, undefined> {
  let cursor = (parameters as Untyped).query?.cursor;
  do {
    const page: ListPage<Path> = await readPage(client, path, parameters, cursor, options);
    yield page;
    cursor = (page as { readonly nextCursor?: string }).nextCursor;
  } while (cursor !== undefined);
}

/** Reads the entries of a list, page after page, at one instant, as `pagesOf` does. */
export async function* entriesOf<Path extends ListPath>(
  client: Client,
  path: Path,
  parameters: ListParameters<Path>,
  options: RetryOptions = {},
): AsyncGenerator<ListEntry<Path>, void, undefined> {
  for await (const page of pagesOf(client, path, parameters, options)) {
    yield* (page as { readonly items: readonly ListEntry<Path>[] }).items;
  }
}

/** What parameters are, whatever the path. */
interface Untyped {
  readonly query?: { readonly cursor?: string };
}

/** Reads one page: the first, or the one that begins at a cursor. */
export async function readPage<Path extends ListPath>(
  client: Client,
  path: Path,
  parameters: ListParameters<Path>,
  cursor: string | undefined,
  options: RetryOptions,
): Promise<ListPage<Path>> {
  const params = {
    ...parameters,
    query: { ...(parameters as Untyped).query, ...(cursor !== undefined && { cursor }) },
  };
  // That the parameters are the path's is checked where they are given.
  const get = client.GET as unknown as (path: string, init: object) => Promise<Answer>;
  return (await request((signal) => get(path, { params, signal }), options)) as ListPage<Path>;
}

interface Answer {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}
