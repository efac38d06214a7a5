import type { Hono } from "hono";
import { type Cursor, type Position, readCursor, writeCursor } from "./cursors.ts";
import { PROBLEMS, Problem, type ProblemName } from "./problems.ts";
import { bindingOf, type QueryOf, type QueryShape, readQuery } from "./query.ts";
import type { Read } from "./read.ts";
import { toResponse } from "./response.ts";
import type { ResponseName } from "./schemas/responses.ts";
import type { WalkedPage } from "./walk.ts";

/** What an endpoint's handler is given. */
export interface ApiRequest<Shape extends QueryShape> {
  readonly query: QueryOf<Shape>;
  /** The id in the path; empty where there is none. */
  readonly id: string;
  /** Where the walk goes on; absent of a first page. */
  readonly cursor: Cursor | undefined;
  /** The cursor of the page that begins at the position. */
  nextCursor(next: Cursor): string;
}

/** What a handler gives back: JSON, unless it says otherwise. */
export interface ApiResponse {
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
  /** `schema` names a schema of the OpenAPI document. Requests do not need it. */
  readonly response: { readonly description: string; readonly schema: ResponseName; readonly contentType?: string };
  /** The problems that it answers with beside those that any endpoint may. */
  readonly problems: readonly ProblemName[];
  readonly handler: (request: ApiRequest<Shape>) => Promise<ApiResponse> | ApiResponse;
}

/** What the OpenAPI document needs of an endpoint. */
export type EndpointDescription = Omit<EndpointDeclaration<QueryShape>, "handler">;

/** One path of the API. Its description is made of the parameters that its requests are read with. */
export interface Endpoint {
  readonly description: EndpointDescription;
  serveOn(app: Hono): void;
}

/** Declares an endpoint. */
export function endpoint<const Shape extends QueryShape>(declaration: EndpointDeclaration<Shape>): Endpoint {
  const { path, query: shape, handler } = declaration;
  const hasId = path.includes("{id}");
  const serveOn = (app: Hono) => {
    const route = path.replace("{id}", ":id");
    app.get(route, async (context) => {
      const { pathname, searchParams } = new URL(context.req.url);
      const query = readQuery(shape, searchParams);
      const binding = () => bindingOf(pathname, searchParams);
      const cursor = "cursor" in query && typeof query.cursor === "string" ? query.cursor : undefined;
      const { text, contentType } = await handler({
        query,
        id: hasId ? (context.req.param("id") ?? "") : "",
        cursor: cursor === undefined ? undefined : readCursor(binding(), cursor),
        nextCursor: (next) => writeCursor(binding(), next),
      });
      const headers = { "content-type": contentType ?? "application/json" };
      return toResponse(context.req, { status: 200, text, headers });
    });
    app.all(route, () => {
      const { remedy } = PROBLEMS["method-not-allowed"];
      throw new Problem("method-not-allowed", remedy, { headers: { allow: "GET, HEAD" } });
    });
  };
  return { description: declaration, serveOn };
}

/** The response with a list's page. */
export function listResponse(
  request: Pick<ApiRequest<QueryShape>, "nextCursor">,
  page: WalkedPage,
  { instants }: Pick<Read, "instants">,
  members: Readonly<Record<string, unknown>> = {},
): ApiResponse {
  const rest = { ...members, ...instants, ...cursorOf(request, page.next, instants) };
  return { text: `{"items":[${page.texts.join(",")}],${JSON.stringify(rest).slice(1)}` };
}

/** The member that leads to the next page, if there is one. */
export function cursorOf(
  request: Pick<ApiRequest<QueryShape>, "nextCursor">,
  next: Position | undefined,
  { asOf }: Read["instants"],
): { readonly nextCursor?: string } {
  return next ? { nextCursor: request.nextCursor({ at: asOf, position: next }) } : {};
}

export function jsonResponse(body: unknown): ApiResponse {
  return { text: JSON.stringify(body) };
}
