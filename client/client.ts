import createFetchClient, { type ClientOptions, type Client as FetchClient } from "openapi-fetch";
import type { paths } from "./openapi.ts";

/** A typed client of the HTTP API: `client.GET("/v1/items", { params: { query: { source } } })`. */
export type Client = FetchClient<paths, `application/${string}json`>;

/**
 * Creates a typed client of the API at `baseUrl`. Give it a `fetch` that signs the requests for a deployed API. It reads JSON: lists as CSV
 * are for fetch.
 */
export function createClient(options: ClientOptions): Client {
  return createFetchClient(options);
}
