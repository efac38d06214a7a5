import { type RouteConfig, z } from "@hono/zod-openapi";
import { exampleOf } from "../examples.ts";
import { PROBLEMS, type ProblemName, problemType } from "../problems.ts";
import { ItemAsOf } from "./item.ts";
import { asOf, freshAt, Instant, oldNameOf } from "./values.ts";

/** The problem documents (RFC 9457) of each status. */

/** The members that problems of a kind have in addition. */
const MEMBERS: Partial<Record<ProblemName, z.ZodRawShape>> = {
  "unknown-parameter": { parameter: z.string() },
  "invalid-parameter": { parameter: z.string() },
  "invalid-cursor": { parameter: z.literal("cursor") },
  "invalid-id": { parameter: z.string() },
  "beyond-retention": { parameter: z.string() },
  "removed-item": {
    item: ItemAsOf,
    lastVersion: z.string().openapi({ description: "Where to read the item's last content." }),
  },
  internal: { errorId: z.string() },
  damaged: { errorId: z.string() },
  unhealthy: {
    asOf,
    freshAt,
    collections: z
      .array(
        z.strictObject({
          source: z.string(),
          account: z.string(),
          region: z.string(),
          reason: z.string().openapi({ description: "What is stale, in one line." }),
          scopes: z.int().openapi({ description: "How many of its scopes are stale." }),
          lastCompleteAt: Instant.optional().openapi({
            description: "When the oldest of them was last complete; absent if one never was.",
          }),
          completeAt: oldNameOf("lastCompleteAt", Instant.optional()),
        }),
      )
      .openapi({ description: "The collections that are older than their schedule allows, at most a hundred." }),
  },
};

const schemas = new Map<ProblemName, z.ZodType>();

function schemaOf(name: ProblemName): z.ZodType {
  const known = schemas.get(name);
  if (known) return known;
  const { status, title } = PROBLEMS[name];
  const schema = z
    .strictObject({
      type: z.literal(problemType(name)),
      title: z.literal(title),
      status: z.literal(status),
      detail: z
        .string()
        .openapi({ description: "What is wrong with which value, and what to do about it, in one line." }),
      ...MEMBERS[name],
    })
    .openapi(`Problem_${name}`.replaceAll(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase()));
  schemas.set(name, schema);
  return schema;
}

/** The responses with these problems, by status. */
export function problemResponses(operationId: string, names: readonly ProblemName[]): RouteConfig["responses"] {
  const statuses = [...new Set(names.map((name) => PROBLEMS[name].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const kinds = names.filter((name) => PROBLEMS[name].status === status);
      const [only, another, ...rest] = kinds.map(schemaOf);
      const schema = only && another ? z.union([only, another, ...rest]) : only;
      const description = kinds.map((name) => `${PROBLEMS[name].title}. ${PROBLEMS[name].remedy}`).join("\n\n");
      return [
        status,
        {
          description,
          ...(schema && { content: { "application/problem+json": { schema, ...exampleOf(operationId, status) } } }),
        },
      ];
    }),
  );
}
