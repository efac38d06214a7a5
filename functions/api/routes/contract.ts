import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { endpoint, jsonAnswer } from "../endpoint.ts";
import { describeApi } from "../openapi.ts";
import { referencePage } from "../reference.ts";
import type { Service } from "../service.ts";

/** GET /v1/openapi.json */
export function openApiEndpoint(service: Service, app: OpenAPIHono) {
  const text = once(() => jsonAnswer(describeApi(app, service)));
  return endpoint({
    path: "/v1/openapi.json",
    operationId: "getOpenApi",
    tag: "Contract",
    summary: "Describe the API",
    description: "This document: OpenAPI 3.1, made from the schemas that requests are read with.",
    query: {},
    answer: { description: "The document.", schema: z.record(z.string(), z.unknown()) },
    problems: [],
    handle: text,
  });
}

/** GET /v1/docs */
export function docsEndpoint(service: Service, app: OpenAPIHono) {
  const page = once(() => ({
    text: referencePage(describeApi(app, service)),
    contentType: "text/html; charset=utf-8",
  }));
  return endpoint({
    path: "/v1/docs",
    operationId: "getDocs",
    tag: "Contract",
    summary: "Describe the API to people",
    description: "The same as a page to read. It loads nothing from anywhere.",
    query: {},
    answer: { description: "The page.", schema: z.string(), contentType: "text/html" },
    problems: [],
    handle: page,
  });
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
