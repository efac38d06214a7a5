/** What `stocktake/client` exports: a typed client of the HTTP API, iterators over its lists, and a follower of its change log. */

export { type Client, createClient } from "./client.ts";
export { type ChangeBatch, type FollowOptions, followChanges, type Position, PositionExpiredError } from "./follow.ts";
export { entriesOf, type ListEntry, type ListPage, type ListParameters, type ListPath, pagesOf } from "./lists.ts";
export type { components, operations, paths } from "./openapi.ts";
export { ApiError, type RetryOptions } from "./request.ts";
