import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createCursors } from "../../functions/api/cursors.ts";
import { bindingOf } from "../../functions/api/query.ts";
import { MEMBERSHIPS, membership } from "./harness/documents.ts";
import { type ItemBody, type Page, type ProblemBody, walkList } from "./harness/walk.ts";
import { newWorld, type World } from "./harness/world.ts";

async function withItems(): Promise<World> {
  const world = newWorld();
  await world.sync({ source: MEMBERSHIPS, documents: Array.from({ length: 9 }, (_, n) => membership(n)) });
  return world;
}

describe("a cursor", () => {
  const cursors = () => createCursors({ cursorSecret: async () => undefined });

  test("decodes to what was encoded", async () => {
    const { read, write } = cursors();
    const cursor = { at: "2026-03-01T12:00:00.000Z", position: { collection: "a/b/c", after: ["x", "é\u0000#"] } };
    expect(await read("binding", await write("binding", cursor))).toEqual(cursor);
    const first = { at: cursor.at, position: { collection: "a/b/c" } };
    expect(await read("binding", await write("binding", first))).toEqual(first);
  });

  test("stays under 1 KB for any identity that the sources' services allow, and short of twice that for any key", async () => {
    const arn = (service: string) =>
      `arn:aws:${service}:eu-west-1:123456789012:${randomBytes(256).toString("hex")}`.slice(0, 256);
    const at = "2026-03-01T12:00:00.000Z";
    const collection = "sagemaker.associations/123456789012/eu-west-1";
    const { write } = cursors();
    const lengthOf = async (key: string) =>
      (await write("x", { at, position: { collection, after: [at, key] } })).length;
    expect(await lengthOf(`${at}#${arn("sagemaker")}#${arn("sagemaker")}`)).toBeLessThan(1_024);
    expect(await lengthOf(randomBytes(998).toString("latin1").slice(0, 499))).toBeLessThan(2_048);
    expect(await lengthOf(randomBytes(998).toString("base64").slice(0, 998))).toBeLessThan(2_048);
  });

  test("is bound to every parameter but the limit, and to its path", async () => {
    const world = await withItems();
    const { nextCursor } = await world.read<Page<ItemBody>>("/v1/items?limit=2&state=all");
    const ask = (path: string) => world.get(`${path}&cursor=${nextCursor}`);
    expect((await ask("/v1/items?limit=3&state=all")).status).toBe(200);
    expect((await ask("/v1/items?state=all")).status).toBe(200);
    for (const path of [
      "/v1/items?limit=2",
      "/v1/items?limit=2&state=present",
      "/v1/items?limit=2&state=all&fields=key",
      "/v1/items?limit=2&state=all&at=2026-03-01T12:00:00Z",
      `/v1/items?limit=2&state=all&source=${MEMBERSHIPS}`,
      "/v1/items?limit=2&state=all&filter[id]=0001",
      "/v1/changes?limit=2",
      "/v1/syncs?limit=2",
      "/v1/sources?limit=2",
    ]) {
      const response = await ask(path);
      expect(response.status, path).toBe(400);
      expect(await response.json()).toMatchObject({ type: "/v1/docs#problem-invalid-cursor", parameter: "cursor" });
    }
  });

  test("is bound to parameters, not to the order they are written in", async () => {
    const world = await withItems();
    const { nextCursor } = await world.read<Page<ItemBody>>(
      "/v1/items?limit=2&filter[status]=ACTIVE&filter[status]=REMOVED",
    );
    const response = await world.get(`/v1/items?cursor=${nextCursor}&filter[status]=REMOVED&filter[status]=ACTIVE`);
    expect(response.status).toBe(200);
  });

  test("of another inventory, or forged, is rejected", async () => {
    const [world, other] = [await withItems(), await withItems()];
    const { nextCursor } = await other.read<Page<ItemBody>>("/v1/items?limit=2");
    const cursor = { at: "2026-03-01T12:00:00.000Z", position: { collection: "" } };
    const forged = await cursors().write(bindingOf("/v1/items", new URLSearchParams("limit=2")), cursor);
    for (const given of [nextCursor, forged]) {
      const response = await world.get(`/v1/items?limit=2&cursor=${given}`);
      expect(response.status).toBe(400);
      expect(((await response.json()) as ProblemBody).detail).toContain("start again without it");
    }
  });

  test("is valid in every process that serves the inventory", async () => {
    const world = await withItems();
    const { nextCursor } = await world.read<Page<ItemBody>>("/v1/items?limit=2");
    const another = newWorld({ store: world.store });
    expect((await another.get(`/v1/items?limit=2&cursor=${nextCursor}`)).status).toBe(200);
  });

  test("altered in any character is rejected", async () => {
    const world = await withItems();
    const { nextCursor = "" } = await world.read<Page<ItemBody>>("/v1/items?limit=2");
    const altered = [...nextCursor].map(
      (character, index) => nextCursor.slice(0, index) + (character === "A" ? "B" : "A") + nextCursor.slice(index + 1),
    );
    for (const cursor of [
      ...altered,
      nextCursor.slice(1),
      nextCursor.slice(0, -1),
      `${nextCursor}A`,
      `${nextCursor}=`,
      nextCursor.repeat(30),
      "AAAAAAAAAAAAAAAA",
    ]) {
      const response = await world.get(`/v1/items?limit=2&cursor=${cursor}`);
      expect(response.status, cursor).toBe(400);
      expect(((await response.json()) as ProblemBody).parameter).toBe("cursor");
    }
  });

  test("works with another limit on each page", async () => {
    const world = await withItems();
    const seen: string[] = [];
    let page = await world.read<Page<ItemBody>>("/v1/items?limit=1");
    for (let limit = 2; page.nextCursor; limit += 1) {
      seen.push(...page.items.map(({ key }) => key));
      page = await world.read<Page<ItemBody>>(`/v1/items?limit=${limit}&cursor=${page.nextCursor}`);
    }
    seen.push(...page.items.map(({ key }) => key));
    expect(seen).toEqual((await walkList<ItemBody>(world, "/v1/items")).entries.map(({ key }) => key));
  });
});
