import { OpenAPIHono } from "@hono/zod-openapi";
import type { EndpointDescription } from "./endpoint.ts";
import { exampleOf } from "./examples.ts";
import type { ProblemName } from "./problems.ts";
import { ANSWERS } from "./schemas/answers.ts";
import { problemResponses } from "./schemas/problems.ts";
import { STANDINGS } from "./schemas/standing.ts";
import { VALUES } from "./schemas/values.ts";
import type { Service } from "./service.ts";

/*
 * Imported when the document is asked for, and not before: schemas, examples and what makes a document of them would be
 * most of what the API's function does at its start.
 */

/** The API's description in OpenAPI 3.1, made from the parameters that requests are read with and the schemas of answers. */
export function describeApi(endpoints: readonly EndpointDescription[], { version, retentionDays }: Service) {
  const app = new OpenAPIHono();
  registerComponents(app);
  for (const endpoint of endpoints) registerPath(app, endpoint);
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Stocktake",
      version,
      description: [
        "A trustworthy, historical inventory of AWS resources the usual tools miss: as it is now, as it was at any instant, and what changed in between.",
        "Every answer states `asOf`. No answer mixes two syncs or shows part of one that is running or has died, and a walk " +
          `over many pages stays at its first page's instant. The past is kept for ${retentionDays} days.`,
        "Every path answers GET and HEAD. Answers carry a strong ETag; with If-None-Match they are 304 while nothing has " +
          "changed. They are compressed with gzip where that is accepted. An answer never exceeds what Lambda can return: it " +
          "holds fewer items, and a cursor, instead.",
        "Parameters that there are not are refused, as are empty and repeated ones. Problems are documents of RFC 9457; their " +
          "`type` is stable, and `parameter` names the parameter that is to blame.",
      ].join("\n\n"),
      contact: { name: "Stocktake" },
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/", description: "Where this document was served." }],
    tags: [
      { name: "Items", description: "What there is, and was." },
      { name: "Changes", description: "What changed, and when." },
      { name: "Graph", description: "What is related to what." },
      { name: "Freshness", description: "How far the inventory can be relied on at this moment." },
      { name: "Contract", description: "This description." },
    ],
    security: [{ sigv4: [] }, {}],
  });
}

/**
 * Registers what the document refers to: the security scheme, and before all else the schemas that others describe anew where
 * they use them, so that their own description is the one that the document keeps of them.
 */
function registerComponents(app: OpenAPIHono): void {
  for (const [name, schema] of Object.entries({ ...VALUES, ...STANDINGS })) {
    app.openAPIRegistry.register(name, schema);
  }
  app.openAPIRegistry.registerComponent("securitySchemes", "sigv4", {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    description:
      "AWS Signature Version 4, where the API is deployed with IAM authorisation. On one machine nothing is asked.",
    "x-amazon-apigateway-authtype": "awsSigv4",
  });
}

const ALWAYS: readonly ProblemName[] = [
  "unknown-parameter",
  "invalid-parameter",
  "method-not-allowed",
  "internal",
  "store-unavailable",
];

const ID = {
  name: "id",
  in: "path" as const,
  required: true,
  schema: { type: "string" as const },
  description: "The item's id.",
};

function registerPath(app: OpenAPIHono, endpoint: EndpointDescription): void {
  const { path, operationId, tag, summary, description, query, answer, problems } = endpoint;
  const inQuery = Object.entries(query).map(([name, { described }]) => ({
    ...{ name, in: "query" as const, required: false },
    ...described,
  }));
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
        description: answer.description,
        content: {
          [answer.contentType ?? "application/json"]: {
            schema: ANSWERS[answer.schema],
            ...exampleOf(operationId, 200),
          },
        },
      },
      304: { description: "Nothing has changed since the answer whose ETag If-None-Match names." },
      ...problemResponses(operationId, [...ALWAYS, ...problems]),
    },
  });
}
