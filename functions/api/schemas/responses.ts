import { z } from "@hono/zod-openapi";
import { Graph, Impact, NetChangeList, PathList } from "./comparison.ts";
import { CollectionList, Health, SourceList, SyncList } from "./freshness.ts";
import { ChangeList, History, ItemAsOf, ItemList, SearchResult } from "./item.ts";

/** The schemas of responses, by the name under which endpoints declare them. */
export const RESPONSES = {
  ChangeList,
  CollectionList,
  Graph,
  Health,
  History,
  Impact,
  ItemAsOf,
  ItemList,
  NetChangeList,
  OpenApiDocument: z.record(z.string(), z.unknown()),
  PathList,
  Page: z.string(),
  SearchResult,
  SourceList,
  SyncList,
} satisfies Record<string, z.ZodType>;

export type ResponseName = keyof typeof RESPONSES;

type DeepReadonly<T> = T extends object ? { readonly [Member in keyof T]: DeepReadonly<T[Member]> } : T;

/** The body of a response. */
export type ResponseBody<Name extends ResponseName> = DeepReadonly<z.input<(typeof RESPONSES)[Name]>>;

/** One entry of a list's page. */
export type Entry<Name extends ResponseName> =
  ResponseBody<Name> extends { readonly items: readonly (infer Item)[] } ? Item : never;
