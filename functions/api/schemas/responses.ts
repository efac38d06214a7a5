import { z } from "@hono/zod-openapi";
import { Graph, NetChangeList } from "./comparison.ts";
import { Health, SourceList, SyncList } from "./freshness.ts";
import { ChangeList, History, ItemAsOf, ItemList } from "./item.ts";

/** The schemas of responses, by the name under which endpoints declare them. */
export const RESPONSES = {
  ChangeList,
  Graph,
  Health,
  History,
  ItemAsOf,
  ItemList,
  NetChangeList,
  OpenApiDocument: z.record(z.string(), z.unknown()),
  Page: z.string(),
  SourceList,
  SyncList,
} satisfies Record<string, z.ZodType>;

export type ResponseName = keyof typeof RESPONSES;
