import { OpenAPIHono } from "@hono/zod-openapi";
import * as z from "zod/mini";
import { ENDPOINTS } from "./app.ts";
import type { EndpointDescription } from "./endpoint.ts";
import { exampleOf } from "./examples.ts";
import type { ProblemName } from "./problems.ts";
import { referencePage } from "./reference.ts";
import { FRESHNESS } from "./schemas/freshness.ts";
import { problemResponses } from "./schemas/problems.ts";
import { RESPONSES } from "./schemas/responses.ts";
import { VALUES } from "./schemas/values.ts";
import type { ContractFile, SourceMetadata } from "./service.ts";

/** Makes the files that describe the API, for these sources and this version. */
export function contractFiles(
  sources: readonly SourceMetadata[],
  version: string,
): Readonly<Record<ContractFile, string>> {
  const document = describeApi(sources, version);
  return { "openapi.json": JSON.stringify(document), "docs.html": referencePage(document) };
}

/** Describes the API in OpenAPI 3.1, from the schemas that requests are read with and the schemas of responses. */
function describeApi(sources: readonly SourceMetadata[], version: string) {
  const app = new OpenAPIHono();
  registerComponents(app);
  for (const { description } of ENDPOINTS) registerPath(app, description, sources);
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Stocktake",
      version,
      description: [
        "A trustworthy, historical inventory of AWS resources the usual tools miss: as it is now, as it was at any instant, and what changed in between.",
        "Every response states `asOf`, the instant that it shows. A query with `at` returns exactly what the last complete sync " +
          "before that time listed. No response mixes two syncs or shows part of one, and all pages of a walk show the first " +
          "page's instant. History is kept for the retention period. `freshAt` says when the oldest of what a response covers was " +
          "last listed.",
        "Every path supports GET, HEAD and OPTIONS. Responses have a strong ETag; with If-None-Match they are 304 while nothing has " +
          "changed. They are compressed with gzip where the client accepts it. A response never exceeds what Lambda can return: it " +
          "has fewer items, and a cursor, instead.",
        "Unknown, empty or repeated parameters return 400. Problems are documents of RFC 9457; their `type` is stable, and " +
          "`parameter` names the parameter that is wrong.",
      ].join("\n\n"),
      contact: { name: "Stocktake" },
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/", description: "Where this document was served." }],
    tags: [
      { name: "Items", description: "Items, now and at any instant." },
      { name: "Changes", description: "What changed, and when." },
      { name: "Graph", description: "What is related to what." },
      { name: "Freshness", description: "How current the inventory is." },
      { name: "Contract", description: "This description." },
    ],
    security: [{ sigv4: [] }, {}],
  });
}

/**
 * Registers what the document refers to: the security scheme, and first the schemas that others describe differently where they use them.
 * The document keeps the description that comes first.
 */
function registerComponents(app: OpenAPIHono): void {
  for (const [name, schema] of Object.entries({ ...VALUES, ...FRESHNESS })) {
    app.openAPIRegistry.register(name, schema);
  }
  app.openAPIRegistry.registerComponent("securitySchemes", "sigv4", {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    description:
      "AWS Signature Version 4, where the API is deployed with IAM authorization. On one machine no authorization is needed.",
    "x-amazon-apigateway-authtype": "awsSigv4",
  });
}

const ALWAYS: readonly ProblemName[] = [
  "unknown-parameter",
  "invalid-parameter",
  "method-not-allowed",
  "internal",
  "damaged",
  "store-unavailable",
];

const ID = {
  name: "id",
  in: "path" as const,
  required: true,
  schema: { type: "string" as const },
  description: "The item's id.",
};

function registerPath(app: OpenAPIHono, endpoint: EndpointDescription, sources: readonly SourceMetadata[]): void {
  const { path, operationId, tag, summary, description, query, csv, response, problems } = endpoint;
  const { properties = {}, required = [] } = z.toJSONSchema(z.strictObject(query({ sources, now: () => 0 })), {
    io: "input",
    // Zod leaves out examples and defaults where the value differs from its text.
    override: ({ zodSchema, jsonSchema }) => Object.assign(jsonSchema, z.globalRegistry.get(zodSchema)),
  });
  const inQuery = Object.entries(properties as Record<string, { description?: string }>).map(
    ([name, { description: said, ...schema }]) => ({
      ...{ name, in: "query" as const, required: required.includes(name), description: said ?? "", schema },
      // `filter[path]=value`, beside `filter=conditions`
      ...(name === "filter" && { style: "deepObject" as const, explode: true }),
    }),
  );
  const parameters = path.includes("{id}") ? [ID, ...inQuery] : inQuery;
  app.openAPIRegistry.registerPath({
    method: "get",
    path,
    operationId,
    tags: [tag],
    summary,
    description,
    ...(parameters.length > 0 && { parameters }),
    responses: {
      200: {
        description: response.description,
        content: {
          [response.contentType ?? "application/json"]: {
            schema: RESPONSES[response.schema],
            ...exampleOf(operationId, 200),
          },
          ...(csv && { "text/csv": { schema: RESPONSES.Page } }),
        },
      },
      304: { description: "Nothing has changed since the response whose ETag If-None-Match names." },
      ...problemResponses(operationId, [...ALWAYS, ...problems]),
    },
  });
}
