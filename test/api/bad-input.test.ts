import { describe, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { MEMBERSHIPS, membership } from "./harness/documents.ts";
import type { ProblemBody } from "./harness/walk.ts";
import { newWorld } from "./harness/world.ts";

const world = newWorld();
await world.sync({ source: MEMBERSHIPS, documents: [membership(1)] });

const KNOWN = SOURCES.map(({ id }) => id);

describe("a request with", () => {
  test.each([
    // The request, the parameter that is wrong, and what the problem says.
    ["/v1/items?limit=0", "limit", 'limit must be a whole number from 1 to 1000, not "0"'],
    ["/v1/items?limit=1001", "limit", "1 to 1000"],
    ["/v1/items?limit=-1", "limit", "1 to 1000"],
    ["/v1/items?limit=1.5", "limit", "1 to 1000"],
    ["/v1/items?limit=1e2", "limit", "1 to 1000"],
    ["/v1/items?limit=%201", "limit", "1 to 1000"],
    ["/v1/items?limit=٣", "limit", "1 to 1000"],
    ["/v1/items?limit=99999999999999999999", "limit", "1 to 1000"],
    ["/v1/items?limit=", "limit", "has no value"],
    ["/v1/items?limit=1&limit=2", "limit", "more than once"],
    ["/v1/items?source=nothing", "source", `${KNOWN.slice(0, 8).join(", ")} and ${KNOWN.length - 8} others`],
    ["/v1/changes?source=iot.nothing", "source", "one of iot.account-associations, iot.cloud-connectors, "],
    ["/v1/items?source=a&source=b", "source", "source"],
    ["/v1/items?account=123", "account", "twelve digits"],
    ["/v1/items?region=Ireland", "region", "eu-west-1"],
    ["/v1/items?state=gone", "state", "present, removed, all"],
    ["/v1/items?at=tomorrow", "at", "2026-03-01T12:00:00Z"],
    ["/v1/items?at=1y", "at", "24h"],
    ["/v1/items?order=down", "order", "asc, desc"],
    ["/v1/items?sort=colour", "sort", "document.Status"],
    ["/v1/items?sort=document", "sort", "document.Status"],
    ["/v1/items?count=yes", "count", "true or false"],
    ["/v1/items?format=xml", "format", "json, csv"],
    ["/v1/items?q=%20", "q", "one to ten words"],
    ["/v1/items?filter=Status", "filter", "Status!:REMOVED"],
    ["/v1/items?filter=a:1,,b:2", "filter", "commas"],
    ["/v1/items?filter=a[b:1", "filter", "commas"],
    ["/v1/syncs?order=down", "order", "asc, desc"],
    ["/v1/search", "q", "missing"],
    ["/v1/search?q=a b c d e f g h i j k", "q", "one to ten words"],
    ["/v1/sources?format=csv", "format", "limit"],
    ["/v1/items?at=2026-02-30", "at", "2026-03-01"],
    ["/v1/items?at=2026-03-01T12:00:00", "at", "zone"],
    ["/v1/items?at=2026-03-01T12:00:00+01:00", "at", "%2B"],
    ["/v1/items?at=1767225600", "at", "date"],
    ["/v1/items?at=2025-01-01", "at", "too long ago"],
    ["/v1/items?fields=colour", "fields", "firstSeenAt"],
    ["/v1/items?fields=key,,state", "fields", "fields must be"],
    ["/v1/items?fields=key.x", "fields", "document.Status"],
    ["/v1/items?fields=document.a[b]", "fields", "document.Status"],
    ["/v1/items?filter=x", "filter", "Name~kiosk"],
    ["/v1/items?filter[]=x", "filter[]", "filter[path]"],
    ["/v1/items?filter[a]=", "filter[a]", "has no value"],
    ["/v1/items?filter[a[b]]=x", "filter[a[b]]", "filter[Status]"],
    ["/v1/items?filter[a=x", "filter[a", "filter[path]"],
    ["/v1/items?filters[a]=x", "filters[a]", "filter[path]"],
    ["/v1/items?Limit=1", "Limit", "limit"],
    ["/v1/items?=1", "", "limit"],
    ["/v1/items?__proto__=1", "__proto__", "limit"],
    ["/v1/items?constructor=1", "constructor", "limit"],
    ["/v1/items?cursor=x", "cursor", "nextCursor"],
    ["/v1/items?cursor=../../etc/passwd", "cursor", "nextCursor"],
    ["/v1/changes?kind=renamed", "kind", "added, modified, removed"],
    ["/v1/changes?since=never", "since", "date"],
    ["/v1/changes?since=2026-03-02&until=2026-03-01", "until", "earlier than since"],
    ["/v1/changes?since=2024-03-02", "since", "90 days"],
    ["/v1/changes?at=2026-03-01", "at", "since"],
    ["/v1/syncs?outcome=good", "outcome", "complete, held, failed"],
    ["/v1/syncs?until=2026-03-01", "until", "outcome"],
    ["/v1/sources?scopes=true", "scopes", "limit"],
    ["/v1/health?verbose=1", "verbose", "takes none"],
    ["/v1/openapi.json?format=yaml", "format", "takes none"],
    ["/v1/docs?x", "x", "takes none"],
    ["/v1/diff?source=cleanrooms.memberships", "from", "missing"],
    ["/v1/graph", "node", "missing"],
    ["/v1/graph?node=", "node", "no value"],
    ["/v1/graph?node=x&direction=up", "direction", "out, in, both"],
    ["/v1/graph?node=x&depth=11", "depth", "1 to 10"],
    ["/v1/graph?node=x&limit=5001", "limit", "1 to 5000"],
    [`/v1/graph?node=${"x".repeat(2_049)}`, "node", "ARN"],
    ["/v1/items/x", "id", "/v1/items"],
    ["/v1/items/x?limit=1", "limit", "at"],
    ["/v1/items/x/history?since=2026-03-01", "since", "at"],
  ])("%s", async (path, parameter, says) => {
    const response = await world.get(path);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = (await response.json()) as ProblemBody;
    expect(problem).toMatchObject({ status: 400, type: expect.stringMatching(/^\/v1\/docs#problem-/), parameter });
    expect(problem.detail).toContain(says);
    expect(problem.detail).not.toMatch(/[\n\r]/);
    expect(problem.detail.length).toBeLessThan(400);
  });
});
