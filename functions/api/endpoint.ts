import type { Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import * as z from "zod/mini";
import { type Columns, csvHeader, csvWriter } from "./columns.ts";
import type { Cursor, Cursors, Position } from "./cursors.ts";
import type { Now } from "./parameters.ts";
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
  nextCursor(next: Omit<Cursor, "requestedAt">): Promise<string>;
  /** The columns to answer with as CSV; absent when the answer is JSON. */
  readonly columns: Columns | undefined;
  /** Makes of an entry's JSON what the response has of it. */
  readonly write: (json: string) => string;
  /** The address of the page with this cursor. */
  pageAt(cursor: string): string;
}

/** What a handler gives back: JSON, unless it says otherwise. */
export interface ApiResponse {
  readonly text: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the parameters of an endpoint are made for. */
export interface QueryContext {
  readonly sources: readonly SourceMetadata[];
  /** What relative instants are relative to. */
  readonly now: Now;
}

export interface EndpointDeclaration<Shape extends QueryShape> {
  readonly path: `/v1/${string}`;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** The schemas of the parameters. */
  readonly query: (context: QueryContext) => Shape;
  /** The columns as CSV, of lists that can be had so; the others have no `format` parameter. */
  csv?(query: QueryOf<Shape>): Columns;
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
  const { path, query: shapeOf, csv, handler } = declaration;
  const serveOn: Endpoint["serveOn"] = (app, service, cursors) => {
    const route = path.replace("{id}", ":id");
    let schema: z.ZodMiniObject<Shape> | undefined;
    const clock = { now: 0, isUsed: false };
    /** Reads the query as of a time, and says whether that made a difference. */
    const queryAt = (now: number, searchParams: URLSearchParams) => {
      Object.assign(clock, { now, isUsed: false });
      const sources = service.sources;
      schema ??= z.strictObject(shapeOf({ sources, now: () => Object.assign(clock, { isUsed: true }).now }));
      return { query: readQuery<Shape>(schema, searchParams), requestedAt: clock.isUsed ? now : undefined };
    };
    const answer = async (context: Context) => {
      const { pathname, searchParams } = new URL(context.req.url);
      const binding = () => bindingOf(pathname, searchParams);
      let { query, requestedAt } = queryAt(service.store.now(), searchParams);
      const { cursor: given } = query as { readonly cursor?: string };
      const cursor = given === undefined ? undefined : await cursors.read(binding(), given);
      // A walk goes on as of the time when it began.
      if (cursor?.requestedAt !== undefined) ({ query, requestedAt } = queryAt(cursor.requestedAt, searchParams));
      const columns = csv && wantsCsv(context, query) ? csv(query) : undefined;
      const request = {
        query,
        id: context.req.param("id") ?? "",
        cursor,
        columns,
        write: columns ? csvWriter(columns) : (json: string) => json,
        nextCursor: (next: Cursor) =>
          cursors.write(binding(), { ...next, ...(requestedAt !== undefined && { requestedAt }) }),
        pageAt: (next: string) => {
          const page = new URLSearchParams(searchParams);
          page.set("cursor", next);
          return `${pathname}?${page}`;
        },
      };
      const { text, contentType, headers } = await handler(request, service);
      const all = { "content-type": contentType ?? "application/json", ...headers };
      return toResponse(context.req, { status: 200, text, headers: all });
    };
    // One handler: of several, Hono makes a chain for each request.
    app.all(route, (context) => {
      const { method } = context.req;
      if (method === "GET" || method === "HEAD") return answer(context);
      if (method === "OPTIONS") return toResponse(context.req, { status: 204, text: "", headers: { allow: METHODS } });
      const { remedy } = PROBLEMS["method-not-allowed"];
      throw new Problem("method-not-allowed", remedy, { headers: { allow: METHODS } });
    });
  };
  return { description: declaration, serveOn };
}

const METHODS = "GET, HEAD, OPTIONS";

/** Whether the client asks for CSV: by the parameter, or by what it accepts. */
function wantsCsv(context: Context, query: object): boolean {
  const { format } = query as { readonly format?: string };
  if (format !== undefined) return format === "csv";
  const supports = ["application/json", CSV];
  return accepts(context, { header: "Accept", supports, default: "application/json" }) === CSV;
}

const CSV = "text/csv";

/** The response with a list's page. */
export async function listResponse(
  request: ListRequest,
  page: WalkedPage,
  { instants }: Pick<Read, "instants">,
  members: Readonly<Record<string, unknown>> = {},
): Promise<ApiResponse> {
  const { nextCursor } = await cursorOf(request, page.next, instants);
  if (request.columns) {
    return {
      text: csvHeader(request.columns) + page.texts.join(""),
      contentType: `${CSV}; charset=utf-8; header=present`,
      headers: {
        "as-of": instants.asOf,
        ...(nextCursor !== undefined && { link: `<${request.pageAt(nextCursor)}>; rel="next"` }),
      },
    };
  }
  const rest = { ...members, ...instants, ...(nextCursor !== undefined && { nextCursor }) };
  return { text: `{"items":[${page.texts.join(",")}],${JSON.stringify(rest).slice(1)}` };
}

/** What of a request a list's response is made with. */
export type ListRequest = Pick<ApiRequest<QueryShape>, "nextCursor" | "columns" | "pageAt">;

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
