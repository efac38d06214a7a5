import type { Hono } from "hono";
import * as z from "zod/mini";
import type { Cursor, Cursors, Position } from "./cursors.ts";
import { PROBLEMS, Problem, type ProblemName } from "./problems.ts";
import { bindingOf, type QueryOf, type QueryShape, readQuery } from "./query.ts";
import type { Read } from "./read.ts";
import { toResponse } from "./response.ts";
import type { ResponseBody, ResponseName } from "./schemas/responses.ts";
import type { Service, SourceMetadata } from "./service.ts";
import type { WalkedPage } from "./walk.ts";

/** What an endpoint's handler is given. */
export interface ApiRequest<Shape extends QueryShape> {
  readonly query: QueryOf<Shape>;
  /** The id in the path; empty where there is none. */
  readonly id: string;
  /** Where the walk goes on; absent of a first page. */
  readonly cursor: Cursor | undefined;
  /** The cursor of the page that begins at the position. */
  nextCursor(next: Cursor): Promise<string>;
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
  /** The schemas of the parameters, over these sources. */
  readonly query: (sources: readonly SourceMetadata[]) => Shape;
  /** `schema` names a schema of the OpenAPI document. Requests do not need it. */
  readonly response: { readonly description: string; readonly schema: ResponseName; readonly contentType?: string };
  /** The problems that it answers with beside those that any endpoint may. */
  readonly problems: readonly ProblemName[];
  readonly handler: (request: ApiRequest<Shape>, service: Service) => Promise<ApiResponse>;
}

/** What the OpenAPI document needs of an endpoint. */
export type EndpointDescription = Omit<EndpointDeclaration<QueryShape>, "handler">;

/** One path of the API. Its description is made of the schemas that its requests are read with. */
export interface Endpoint {
  readonly description: EndpointDescription;
  serveOn(app: Hono, service: Service, cursors: Cursors): void;
}

/** Declares an endpoint. */
export function endpoint<const Shape extends QueryShape>(declaration: EndpointDeclaration<Shape>): Endpoint {
  const { path, query: shapeOf, handler } = declaration;
  const serveOn: Endpoint["serveOn"] = (app, service, cursors) => {
    const route = path.replace("{id}", ":id");
    let schema: z.ZodMiniObject<Shape> | undefined;
    app.get(route, async (context) => {
      const { pathname, searchParams } = new URL(context.req.url);
      schema ??= z.strictObject(shapeOf(service.sources));
      const query = readQuery<Shape>(schema, searchParams);
      const binding = () => bindingOf(pathname, searchParams);
      const { cursor } = query as { readonly cursor?: string };
      const request = {
        query,
        id: context.req.param("id") ?? "",
        cursor: cursor === undefined ? undefined : await cursors.read(binding(), cursor),
        nextCursor: (next: Cursor) => cursors.write(binding(), next),
      };
      const { text, contentType } = await handler(request, service);
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
export async function listResponse(
  request: Pick<ApiRequest<QueryShape>, "nextCursor">,
  page: WalkedPage,
  { instants }: Pick<Read, "instants">,
  members: Readonly<Record<string, unknown>> = {},
): Promise<ApiResponse> {
  const rest = { ...members, ...instants, ...(await cursorOf(request, page.next, instants)) };
  return { text: `{"items":[${page.texts.join(",")}],${JSON.stringify(rest).slice(1)}` };
}

/** The member that leads to the next page, if there is one. */
export async function cursorOf(
  request: Pick<ApiRequest<QueryShape>, "nextCursor">,
  next: Position | undefined,
  { asOf }: Read["instants"],
): Promise<{ readonly nextCursor?: string }> {
  return next ? { nextCursor: await request.nextCursor({ at: asOf, position: next }) } : {};
}

/** The response with this body. */
export function jsonResponse<Name extends ResponseName>(body: ResponseBody<Name>): ApiResponse {
  return { text: JSON.stringify(body) };
}
