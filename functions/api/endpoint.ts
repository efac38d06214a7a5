import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Instant } from "../core/instant.ts";
import { type Cursor, type Position, readCursor, writeCursor } from "./cursors.ts";
import { exampleOf } from "./examples.ts";
import { PROBLEMS, Problem, type ProblemName } from "./problems.ts";
import { bindingOf, type QueryOf, type QueryShape, readQuery } from "./query.ts";
import { problemResponses } from "./schemas/problems.ts";
import type { WalkedPage } from "./walk.ts";

/** What an endpoint's handler is given. */
export interface Asked<Shape extends QueryShape> {
  readonly query: QueryOf<Shape>;
  /** The id in the path; empty where there is none. */
  readonly id: string;
  /** Where the walk goes on; absent of a first page. */
  readonly cursor: Cursor | undefined;
  /** The cursor of the page that begins at the position, in a walk pinned to `at`. */
  nextCursor(at: Instant, position: Position): string;
}

/** What a handler answers with: JSON, unless it says otherwise. */
export interface Answer {
  readonly text: string;
  readonly contentType?: string;
}

export interface EndpointDeclaration<Shape extends QueryShape> {
  readonly path: `/v1/${string}`;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly query: Shape;
  readonly answer: { readonly description: string; readonly schema: z.ZodType; readonly contentType?: string };
  /** The problems that it answers with beside those that any endpoint may. */
  readonly problems: readonly ProblemName[];
  readonly handle: (asked: Asked<Shape>) => Promise<Answer> | Answer;
}

/** One path of the API: it describes itself in the OpenAPI document by the schemas that its requests are read with. */
export type Endpoint = (app: OpenAPIHono) => void;

const ALWAYS: readonly ProblemName[] = [
  "unknown-parameter",
  "invalid-parameter",
  "method-not-allowed",
  "internal",
  "store-unavailable",
];

const idParameter = z.object({
  id: z.string().openapi({ param: { name: "id", in: "path", description: "The item's id." } }),
});

/** Declares an endpoint. */
export function endpoint<const Shape extends QueryShape>(declaration: EndpointDeclaration<Shape>): Endpoint {
  const { path, operationId, query, answer, handle } = declaration;
  const hasId = path.includes("{id}");
  return (app) => {
    app.openAPIRegistry.registerPath({
      method: "get",
      path,
      operationId,
      tags: [declaration.tag],
      summary: declaration.summary,
      description: declaration.description,
      request: { ...(hasId && { params: idParameter }), query: z.object(query) },
      responses: {
        200: {
          description: answer.description,
          content: {
            [answer.contentType ?? "application/json"]: { schema: answer.schema, ...exampleOf(operationId, 200) },
          },
        },
        304: { description: "Nothing has changed since the answer whose ETag If-None-Match names." },
        ...problemResponses(operationId, [...ALWAYS, ...declaration.problems]),
      },
    });
    const route = path.replace("{id}", ":id");
    app.get(route, async (context) => {
      const { pathname, searchParams } = new URL(context.req.url);
      const asked = readQuery(query, searchParams);
      const binding = bindingOf(pathname, searchParams);
      const cursor = "cursor" in asked && typeof asked.cursor === "string" ? asked.cursor : undefined;
      const { text, contentType } = await handle({
        query: asked,
        id: hasId ? (context.req.param("id") ?? "") : "",
        cursor: cursor === undefined ? undefined : readCursor(binding, cursor),
        nextCursor: (at, position) => writeCursor(binding, { at, position }),
      });
      return context.body(text, 200, { "content-type": contentType ?? "application/json" });
    });
    app.all(route, () => {
      const { remedy } = PROBLEMS["method-not-allowed"];
      throw new Problem("method-not-allowed", remedy, { headers: { allow: "GET, HEAD" } });
    });
  };
}

/** The answer of a list's page. */
export function listAnswer(
  asked: Pick<Asked<QueryShape>, "nextCursor">,
  page: WalkedPage,
  pinnedTo: Instant,
  members: Readonly<Record<string, unknown>> & { readonly asOf: Instant },
): Answer {
  const rest = { ...members, ...(page.next && { nextCursor: asked.nextCursor(pinnedTo, page.next) }) };
  return { text: `{"items":[${page.texts.join(",")}],${JSON.stringify(rest).slice(1)}` };
}

export function jsonAnswer(body: unknown): Answer {
  return { text: JSON.stringify(body) };
}
