import type { OpenAPIHono } from "@hono/zod-openapi";
import { STANDINGS } from "./schemas/standing.ts";
import { VALUES } from "./schemas/values.ts";
import type { Service } from "./service.ts";

/** The API's description in OpenAPI 3.1, made from the schemas that requests are read with. */
export function describeApi(app: OpenAPIHono, { version, retentionDays }: Service) {
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
export function registerComponents(app: OpenAPIHono): void {
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
