import { type ApiResponse, type EndpointDescription, endpoint, jsonResponse } from "../endpoint.ts";
import type { Service } from "../service.ts";

/** GET /v1/openapi.json */
export function openApiEndpoint(service: Service, all: () => readonly EndpointDescription[]) {
  return endpoint({
    path: "/v1/openapi.json",
    operationId: "getOpenApi",
    tag: "Contract",
    summary: "Describe the API",
    description: "This document: OpenAPI 3.1, made from the parameters that requests are read with.",
    query: {},
    response: { description: "The document.", schema: "OpenApiDocument" },
    problems: [],
    handler: once(async () => {
      const { describeApi } = await import("../openapi.ts");
      return jsonResponse(describeApi(all(), service));
    }),
  });
}

/** GET /v1/docs */
export function docsEndpoint(service: Service, all: () => readonly EndpointDescription[]) {
  return endpoint({
    path: "/v1/docs",
    operationId: "getDocs",
    tag: "Contract",
    summary: "Describe the API to people",
    description: "The same as a page to read. The page loads nothing.",
    query: {},
    response: { description: "The page.", schema: "Page", contentType: "text/html" },
    problems: [],
    handler: once(async () => {
      const [{ describeApi }, { referencePage }] = await Promise.all([
        import("../openapi.ts"),
        import("../reference.ts"),
      ]);
      return { text: referencePage(describeApi(all(), service)), contentType: "text/html; charset=utf-8" };
    }),
  });
}

/** Makes a response on the first request. A failure is not kept: the next request tries again. */
function once(make: () => Promise<ApiResponse>): () => Promise<ApiResponse> {
  let made: Promise<ApiResponse> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
