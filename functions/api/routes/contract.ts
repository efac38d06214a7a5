import { endpoint } from "../endpoint.ts";

/** GET /v1/openapi.json */
export const openApiEndpoint = endpoint({
  path: "/v1/openapi.json",
  operationId: "getOpenApi",
  tag: "Contract",
  summary: "Describe the API",
  description: "This document: OpenAPI 3.1, made from the schemas that requests are read with.",
  query: () => ({}),
  response: { description: "The document.", schema: "OpenApiDocument" },
  problems: [],
  handler: async (_request, { readContract }) => ({ text: await readContract("openapi.json") }),
});

/** GET /v1/docs */
export const docsEndpoint = endpoint({
  path: "/v1/docs",
  operationId: "getDocs",
  tag: "Contract",
  summary: "Describe the API to people",
  description: "The same as a page to read. The page loads nothing.",
  query: () => ({}),
  response: { description: "The page.", schema: "Page", contentType: "text/html" },
  problems: [],
  handler: async (_request, { readContract }) => ({
    text: await readContract("docs.html"),
    contentType: "text/html; charset=utf-8",
  }),
});
