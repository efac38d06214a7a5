import { gunzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { SyncError } from "../../functions/model/errors.ts";
import { MEMBERSHIPS, membership } from "./harness/documents.ts";
import type { ItemBody, Page, ProblemBody } from "./harness/walk.ts";
import { newWorld, type World } from "./harness/world.ts";

let world: World;
let paths: string[];

beforeEach(async () => {
  world = newWorld();
  await world.sync({ source: MEMBERSHIPS, documents: Array.from({ length: 20 }, (_, n) => membership(n)) });
  const { items } = await world.read<Page<ItemBody>>("/v1/items?limit=1");
  paths = [
    "/v1/sources",
    "/v1/items",
    `/v1/items/${items[0]?.id}`,
    `/v1/items/${items[0]?.id}/history`,
    "/v1/changes",
    `/v1/diff?source=${MEMBERSHIPS}&from=2026-03-01`,
    `/v1/graph?node=${membership(1).arn}`,
    "/v1/search?q=membership",
    "/v1/syncs",
    "/v1/health",
    "/v1/openapi.json",
    "/v1/docs",
  ];
});

describe("every response", () => {
  test("has a strong ETag for conditional requests, and is private", async () => {
    const tags = new Set<string | null>();
    for (const path of paths) {
      const response = await world.get(path);
      expect(response.status, path).toBe(200);
      const tag = response.headers.get("etag");
      tags.add(tag);
      expect(tag).toMatch(/^"[\w-]{22}"$/);
      expect(response.headers.get("cache-control")).toBe("private, no-cache");
      expect(response.headers.get("vary")).toBe("accept, accept-encoding");
      expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(await response.text())));
      world.advance(1_000);
      for (const condition of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
        const again = await world.get(path, { headers: { "if-none-match": condition ?? "" } });
        expect(again.status, path).toBe(304);
        expect(again.headers.get("etag")).toBe(tag);
        expect(again.headers.get("cache-control")).toBe("private, no-cache");
        expect(again.headers.get("content-type")).toBeNull();
        expect(await again.text()).toBe("");
      }
      const other = await world.get(path, { headers: { "if-none-match": '"other"' } });
      expect(other.status).toBe(200);
    }
    expect(tags.size).toBe(paths.length);
  });

  test("has another ETag when its body differs", async () => {
    const tag = (await world.get("/v1/items")).headers.get("etag") ?? "";
    world.advance(1_000);
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1)], approveRemovals: true });
    expect((await world.get("/v1/items", { headers: { "if-none-match": tag } })).status).toBe(200);
  });

  test("is compressed where the client accepts it, with an ETag of its own", async () => {
    const plain = await world.get("/v1/items");
    const tag = plain.headers.get("etag") ?? "";
    const text = await plain.text();
    for (const accepted of ["gzip", "gzip, deflate, br", "br;q=1, gzip;q=0.5", "*", "x-gzip"]) {
      const response = await world.get("/v1/items", { headers: { "accept-encoding": accepted } });
      expect(response.headers.get("content-encoding"), accepted).toBe("gzip");
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(gunzipSync(bytes).toString()).toBe(text);
      expect(response.headers.get("content-length")).toBe(String(bytes.length));
      expect(response.headers.get("etag")).not.toBe(tag);
      for (const held of [tag, response.headers.get("etag") ?? ""]) {
        const again = await world.get("/v1/items", { headers: { "accept-encoding": accepted, "if-none-match": held } });
        expect(again.status).toBe(304);
        expect(again.headers.get("etag")).toBe(held);
      }
    }
    for (const refused of ["identity", "gzip;q=0", "*;q=0", "br", "deflate", ""]) {
      const response = await world.get("/v1/items", { headers: { "accept-encoding": refused } });
      expect(response.headers.get("content-encoding"), refused).toBeNull();
      expect(await response.text()).toBe(text);
    }
    const small = await world.get("/v1/health", { headers: { "accept-encoding": "gzip" } });
    expect(small.headers.get("content-encoding")).toBeNull();
  });

  test("to HEAD has GET's headers, and no body", async () => {
    for (const path of [...paths, "/v1/nothing", "/v1/items?limit=0"]) {
      const [got, head] = [await world.get(path), await world.get(path, { method: "HEAD" })];
      expect(head.status).toBe(got.status);
      expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(got.headers));
      expect(await head.text()).toBe("");
    }
  });

  test("to OPTIONS says which methods there are", async () => {
    for (const path of paths) {
      const response = await world.get(path, { method: "OPTIONS", headers: { origin: "https://elsewhere.example" } });
      expect([response.status, await response.text()]).toEqual([204, ""]);
      expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
      // Other sites' pages may read it only where a setting says so.
      expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  test("to any other method is 405, with the allowed methods", async () => {
    for (const path of paths) {
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
        const response = await world.get(path, { method });
        expect(response.status, `${method} ${path}`).toBe(405);
        expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
        expect(await response.json()).toMatchObject({ type: "/v1/docs#problem-method-not-allowed", status: 405 });
      }
    }
  });
});

describe("a problem", () => {
  test.each([
    "/",
    "/v1",
    "/v1/",
    "/v2/items",
    "/v1/items/",
    "/v1/items/x/",
    "/v1/items/x/y",
    "/v1//items",
    "/V1/items",
    "/v1/items%00",
    "/favicon.ico",
  ])("of a path that is not there, %s, is 404", async (path) => {
    const response = await world.get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ type: "/v1/docs#problem-not-found", status: 404 });
  });

  const failing = (error: unknown) =>
    newWorld({ store: { ...newWorld().store, collectionRecords: () => Promise.reject(error) } });

  test.each(["throttled", "unavailable", "denied"] as const)(
    "of a store that is %s is 503 with Retry-After",
    async (code) => {
      const broken = failing(new SyncError(code, "arn:aws:dynamodb:secret"));
      const response = await broken.get("/v1/items");
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("5");
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ type: "/v1/docs#problem-store-unavailable", status: 503 });
      expect(text).not.toContain("secret");
      expect(broken.errors).toHaveLength(1);
    },
  );

  test.each([new Error("secret"), new SyncError("malformed", "secret"), new TypeError("secret")])(
    "for an unexpected error, %s, is 500 and shows only the errorId",
    async (error) => {
      const broken = failing(error);
      const response = await broken.get("/v1/items");
      expect(response.status).toBe(500);
      const text = await response.text();
      const problem = JSON.parse(text) as ProblemBody & { errorId: string };
      expect(problem).toMatchObject({
        type: "/v1/docs#problem-internal",
        status: 500,
        errorId: expect.stringMatching(/^[\w-]{36}$/),
      });
      expect(text).not.toContain("secret");
      expect(text).not.toContain("at ");
      expect(broken.errors).toEqual([error]);
    },
  );
});
