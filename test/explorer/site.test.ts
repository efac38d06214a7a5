import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveApi } from "../../cli/api-server.ts";
import type { LoopbackServer } from "../../cli/loopback.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";

let server: LoopbackServer;
beforeAll(async () => {
  server = await serveApi(createSqliteStore(":memory:", { retentionDays: 400 }), { port: 0, retentionDays: 400 });
});
afterAll(() => server.close());

const get = (path: string, init?: RequestInit) => fetch(server.url + path, init);

describe("the explorer's server", () => {
  test("the page runs only its own files and what it names by hash, and connects only to its own host", async () => {
    const answer = await get("/");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = answer.headers.get("content-security-policy") ?? "";
    const page = await answer.text();
    const hashesOf = (element: string) =>
      [...page.matchAll(new RegExp(`<${element}>(.+?)</${element}>`, "gs"))]
        .map(([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`)
        .join(" ");
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      ...[`script-src 'self' ${hashesOf("script")}`, `style-src 'self' ${hashesOf("style")}`],
      ...["img-src 'self'", "connect-src 'self'", "worker-src 'self'"],
      ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    ]);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.match(/<script>|<style>/g)).toHaveLength(3);
    expect(page).not.toMatch(/\sstyle=|\son\w+=|https?:/);
  });

  test("every file that the page loads exists, and is whole: none imports another", async () => {
    const page = await (await get("/")).text();
    const addresses = [...page.matchAll(/(?:src|href)="(\/explorer\/[^"]+)"/g)].map(([, address]) => address ?? "");
    expect(addresses.sort()).toEqual(["app.js", "icon.svg"].map((name) => `/explorer/${name}`));
    for (const address of [...addresses, "/explorer/layout-worker.js"]) {
      const answer = await get(address);
      expect(answer.status, address).toBe(200);
      expect(answer.headers.get("content-type")).toMatch(
        /^(?:text\/javascript|text\/css|image\/svg\+xml); charset=utf-8$/,
      );
      expect(/\bimport\s*[("]|@import|sourceMappingURL/.test(await answer.text()), address).toBe(false);
    }
  });

  test("no other file on the disk is served", async () => {
    for (const path of [
      "/explorer/../site.ts",
      "/explorer/%2e%2e/site.ts",
      "/explorer/",
      "/explorer/site.ts",
      "/explorer/index.html",
    ]) {
      expect((await get(path)).status, path).toBe(404);
    }
  });

  test("a file that the browser has is not sent again, and other methods than GET and HEAD are rejected", async () => {
    const etag = (await get("/explorer/app.js")).headers.get("etag") ?? "";
    expect((await get("/explorer/app.js", { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await get("/", { method: "POST" })).status).toBe(405);
    expect((await get("/", { method: "HEAD" })).headers.get("content-length")).toMatch(/^\d+$/);
  });
});
