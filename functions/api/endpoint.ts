import type { Hono } from "hono";
import type { Instant } from "../model/instant.ts";
import { type Cursor, type Position, readCursor, writeCursor } from "./cursors.ts";
import { PROBLEMS, Problem, type ProblemName } from "./problems.ts";
import { bindingOf, type QueryOf, type QueryShape, readQuery } from "./query.ts";
import { represent } from "./representation.ts";
import type { AnswerName } from "./schemas/answers.ts";
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
  /** `schema` names one that the OpenAPI document is made with: no request needs it. */
  readonly answer: { readonly description: string; readonly schema: AnswerName; readonly contentType?: string };
  /** The problems that it answers with beside those that any endpoint may. */
  readonly problems: readonly ProblemName[];
  readonly handle: (asked: Asked<Shape>) => Promise<Answer> | Answer;
}

/** What the OpenAPI document is told of an endpoint. */
export type EndpointDescription = Omit<EndpointDeclaration<QueryShape>, "handle">;

/** One path of the API: it is described by the very parameters that its requests are read with. */
export interface Endpoint {
  readonly description: EndpointDescription;
  serveOn(app: Hono): void;
}

/** Declares an endpoint. */
export function endpoint<const Shape extends QueryShape>(declaration: EndpointDeclaration<Shape>): Endpoint {
  const { path, query, handle } = declaration;
  const hasId = path.includes("{id}");
  const serveOn = (app: Hono) => {
    const route = path.replace("{id}", ":id");
    app.get(route, async (context) => {
      const { pathname, searchParams } = new URL(context.req.url);
      const asked = readQuery(query, searchParams);
      const binding = () => bindingOf(pathname, searchParams);
      const cursor = "cursor" in asked && typeof asked.cursor === "string" ? asked.cursor : undefined;
      const { text, contentType } = await handle({
        query: asked,
        id: hasId ? (context.req.param("id") ?? "") : "",
        cursor: cursor === undefined ? undefined : readCursor(binding(), cursor),
        nextCursor: (at, position) => writeCursor(binding(), { at, position }),
      });
      const headers = { "content-type": contentType ?? "application/json" };
      return represent(context.req, { status: 200, text, headers });
    });
    app.all(route, () => {
      const { remedy } = PROBLEMS["method-not-allowed"];
      throw new Problem("method-not-allowed", remedy, { headers: { allow: "GET, HEAD" } });
    });
  };
  return { description: declaration, serveOn };
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
