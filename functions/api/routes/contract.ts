import { type Answer, type EndpointDescription, endpoint, jsonAnswer } from "../endpoint.ts";
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
    answer: { description: "The document.", schema: "OpenApiDocument" },
    problems: [],
    handle: once(async () => {
      const { describeApi } = await import("../openapi.ts");
      return jsonAnswer(describeApi(all(), service));
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
    description: "The same as a page to read. It loads nothing from anywhere.",
    query: {},
    answer: { description: "The page.", schema: "Page", contentType: "text/html" },
    problems: [],
    handle: once(async () => {
      const [{ describeApi }, { referencePage }] = await Promise.all([
        import("../openapi.ts"),
        import("../reference.ts"),
      ]);
      return { text: referencePage(describeApi(all(), service)), contentType: "text/html; charset=utf-8" };
    }),
  });
}

/** Makes an answer the first time it is asked for; one that could not be made is tried again. */
function once(make: () => Promise<Answer>): () => Promise<Answer> {
  let made: Promise<Answer> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
