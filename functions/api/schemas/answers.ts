import { z } from "@hono/zod-openapi";
import { Graph, NetChangeList } from "./comparison.ts";
import { ChangeList, History, ItemAsOf, ItemList } from "./item.ts";
import { Health, SourceList, SyncList } from "./standing.ts";

/** What endpoints answer with, by the name under which they declare it. */
export const ANSWERS = {
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

export type AnswerName = keyof typeof ANSWERS;
