import fc from "fast-check";
import { expect, test } from "vitest";
import { contractOf } from "./harness/contract.ts";
import { MEMBERSHIPS, membership } from "./harness/documents.ts";
import { exampleRequests, exampleWorld } from "./harness/example-world.ts";
import type { ItemBody, Page } from "./harness/walk.ts";

/*
 * Requests that nobody should make, and mixtures of ones that somebody would: whatever is asked, the answer is one that the
 * OpenAPI document describes, and never the server's own failure.
 */

const REQUESTS = 5_000;

test("no request gets a 5xx response, or one that the contract does not describe", async () => {
  const world = await exampleWorld();
  await world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: [membership(1)] });
  await world.stopAfter(1, {
    source: MEMBERSHIPS,
    region: "us-east-1",
    documents: [membership(1, { n: 1 }), membership(2)],
  });
  const contract = await contractOf(world);
  const { items, nextCursor = "" } = await world.read<Page<ItemBody>>("/v1/items?limit=1&state=all");
  const requests = Object.values(await exampleRequests(world)).flat();
  const id = items[0]?.id ?? "";

  const odd = fc.constantFrom(
    ...[
      "",
      " ",
      "%",
      "%00",
      "%ff%fe",
      "%E0%A4%A",
      "null",
      "undefined",
      "NaN",
      "[]",
      "{}",
      "-1",
      "0",
      "1e309",
      "%0d%0aSet-Cookie:a=b",
      "../../etc/passwd",
      "' OR 1=1--",
      "<script>",
      "{{7*7}}",
      "\u{1F4A3}",
      "%F0%9F%92%A3",
      "a".repeat(5_000),
      "true",
      "+",
      "&",
      "=",
      "#",
      ";",
      "\\",
      "[",
      "]",
      "a[",
      "a.b.c[0]",
      ".",
      "..",
      "__proto__",
      "constructor",
      "toString",
    ],
  );
  const text = fc.oneof(
    odd,
    fc.string({ unit: "binary", maxLength: 20 }).map((raw) => encodeURIComponent(raw.toWellFormed())),
    fc.string({ maxLength: 20 }),
  );
  const instant = fc.oneof(
    fc.constantFrom(
      "2026-03-01",
      "2026-03-01T13:30:00Z",
      "2026-03-01T14:00:00.000Z",
      "2025-01-01",
      "9999-12-31",
      "0000-01-01",
      "2026-02-29",
      "+275760-09-13",
    ),
    fc
      .date({ noInvalidDate: false })
      .map((date) => (Number.isNaN(date.getTime()) ? "Invalid Date" : date.toISOString())),
  );
  const value = fc.oneof(
    text,
    instant,
    fc.integer().map(String),
    fc.constantFrom(
      MEMBERSHIPS,
      "123456789012",
      "eu-west-1",
      "all",
      "present",
      "removed",
      "added",
      "complete",
      "failed",
      "both",
      "in",
      "asc",
      "desc",
      "csv",
      "true",
      "false",
      "24h",
      "yesterday",
      "membership/0001",
      "changedAt",
      "document.status",
      "status:ACTIVE,id~1",
      "key,document.status",
      String(membership(1).arn),
      id,
      nextCursor,
      "1",
      "2",
      "1000",
    ),
  );
  const name = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.constantFrom(
        "source",
        "account",
        "region",
        "scope",
        "state",
        "fields",
        "at",
        "limit",
        "cursor",
        "kind",
        "since",
        "until",
        "from",
        "to",
        "node",
        "direction",
        "depth",
        "outcome",
        "q",
        "order",
        "sort",
        "count",
        "initial",
        "format",
        "filter",
        "filter[status]",
        "filter[a.b]",
        "filter[tags[0].Key]",
      ),
    },
    { weight: 1, arbitrary: text.map((inside) => `filter[${inside}]`) },
    { weight: 1, arbitrary: text },
  );
  const query = fc
    .array(
      fc.tuple(name, value).map((pair) => pair.join("=")),
      { maxLength: 5 },
    )
    .map((pairs) => pairs.join("&"));
  const segment = fc.oneof(
    text,
    fc.constantFrom(
      "items",
      "history",
      "changes",
      "diff",
      "graph",
      "syncs",
      "sources",
      "health",
      "openapi.json",
      "docs",
      id,
    ),
  );
  const path = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        "/v1/items",
        "/v1/changes",
        "/v1/search",
        "/v1/diff",
        "/v1/graph",
        "/v1/syncs",
        "/v1/sources",
        `/v1/items/${id}`,
        `/v1/items/${id}/history`,
        "/v1/health",
        "/v1/openapi.json",
      ),
    },
    { weight: 1, arbitrary: text.map((inside) => `/v1/items/${inside}`) },
    { weight: 1, arbitrary: text.map((inside) => `/v1/items/${inside}/history`) },
    { weight: 1, arbitrary: fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`) },
  );
  /** Requests that are mostly in order. */
  const sound = fc
    .tuple(
      fc.constantFrom(
        ...requests,
        "/v1/items?state=all",
        "/v1/items?fields=key,document.id",
        "/v1/items?filter[status]=ACTIVE&filter[status]=REMOVED",
        "/v1/changes?kind=added",
        "/v1/changes?order=desc&initial=false&count=true",
        "/v1/items?sort=document.status&format=csv",
        "/v1/search?q=member&state=all",
        "/v1/syncs?outcome=complete",
        "/v1/sources?",
      ),
      fc.constantFrom(
        "",
        "&limit=1",
        "&limit=2",
        `&cursor=${nextCursor}`,
        "&at=2026-03-01T13:00:00Z",
        "&region=us-east-1",
        "&x=y",
      ),
    )
    .map(([request, more]) => (more && !request.includes("?") ? `${request}?${more.slice(1)}` : request + more));
  /** A request that would be answered, with something put in, taken out or written over. */
  const mutated = fc
    .tuple(fc.constantFrom(...requests), fc.nat(200), fc.nat(3), text)
    .map(([request, start, taken, put]) => {
      const from = Math.max(1, Math.min(start, request.length));
      return request.slice(0, from) + put + request.slice(from + taken);
    });
  const url = fc.oneof(
    { weight: 2, arbitrary: sound },
    { weight: 4, arbitrary: fc.tuple(path, query).map((parts) => parts.join("?")) },
    { weight: 1, arbitrary: mutated },
  );
  const method = fc.oneof(
    { weight: 20, arbitrary: fc.constant("GET") },
    { weight: 1, arbitrary: fc.constantFrom("HEAD", "POST", "DELETE", "OPTIONS", "X") },
  );
  const headers = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.record({
        "if-none-match": fc.constantFrom("*", '"', '"x"', "W/", 'W/"x",,"y"', "x".repeat(2_000)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        "accept-encoding": fc.constantFrom("gzip", "gzip;q=x", ";;;", "*;q=0.000", ",", "gzip;gzip"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ accept: fc.constantFrom("text/html", "text/csv", "application/xml", "*/*;q=0") }),
    },
  );

  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(url, method, headers, async (url, method, headers) => {
      const request = toRequest(url, { method, headers });
      if (!request) return;
      const response = await world.app.request(request);
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      expect(response.status).toBeLessThan(500);
      const gzipped = response.headers.get("content-encoding") === "gzip";
      const body = gzipped
        ? await new Response(response.body?.pipeThrough(new DecompressionStream("gzip"))).text()
        : await response.text();
      expect(body.match(/\\n +at |node_modules|\.ts:\d+/)?.[0]).toBeUndefined();
      for (const [, value] of response.headers) expect(value).not.toMatch(/[\r\n]/);
      if (method === "HEAD" || response.status === 204) expect(body).toBe("");
      else expect(contract(new URL(request.url).pathname, response, body)).toBeUndefined();
    }),
    { numRuns: REQUESTS },
  );
  expect(world.errors).toEqual([]);
  // The requests are not all refused alike.
  for (const status of [200, 304, 400, 404, 405, 410]) {
    expect(statuses.get(status), `${status}`).toBeGreaterThan(0);
  }
});

/** The request, unless it is one that no client could send. */
function toRequest(url: string, init: RequestInit): Request | undefined {
  try {
    return new Request(`http://localhost${url}`, init);
  } catch {
    return undefined;
  }
}
