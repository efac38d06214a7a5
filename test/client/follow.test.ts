import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient } from "../../client/client.ts";
import { type ChangeBatch, type FollowOptions, followChanges, type Position } from "../../client/follow.ts";
import { entriesOf, pagesOf } from "../../client/lists.ts";
import { ApiError } from "../../client/request.ts";
import { MEMBERSHIPS, membership } from "../api/harness/documents.ts";
import { type ChangeBody, walkList } from "../api/harness/walk.ts";
import { newWorld, RETENTION_DAYS, type World } from "../api/harness/world.ts";

/** The client over the API that real syncs have filled. */

let world: World;
let syncs: number;
beforeEach(() => {
  world = newWorld();
  syncs = 0;
});
afterEach(() => world.close());

const REGIONS = ["eu-west-1", "eu-west-2"];

/** A sync in one of two regions, whose listing is another than before. */
async function sync(): Promise<void> {
  world.advance(1_000);
  syncs += 1;
  const region = REGIONS[syncs % 2] ?? "";
  const documents = [membership(1, { status: `S${syncs}` }), membership(2), membership(10 + syncs)];
  await world.sync({ source: MEMBERSHIPS, region, documents });
}

type Fetch = (request: Request) => Promise<Response>;

function clientOf(fetch: Fetch = async (request) => world.app.fetch(request)) {
  return createClient({ baseUrl: "http://api.test", fetch });
}

const named = (changes: readonly { readonly at: string; readonly id: string; readonly kind: string }[]) =>
  changes.map(({ at, id, kind }) => `${at} ${kind} ${id}`);

/** The log as the API has it. */
async function wholeLog(): Promise<string[]> {
  return named((await walkList<ChangeBody & { id: string }>(world, "/v1/changes?limit=1000")).entries);
}

async function batchesOf(options: FollowOptions, fetch?: Fetch): Promise<ChangeBatch[]> {
  const batches: ChangeBatch[] = [];
  for await (const batch of followChanges(clientOf(fetch), { once: true, ...options })) batches.push(batch);
  return batches;
}

describe("lists", () => {
  test("come whole, at the instant of the first page, whatever is synced between pages", async () => {
    await sync();
    await sync();
    const before = await walkList(world, "/v1/items?limit=1000");
    const parameters = { query: { source: MEMBERSHIPS, limit: 1 } } as const;
    const entries: unknown[] = [];
    for await (const entry of entriesOf(clientOf(), "/v1/items", parameters)) {
      entries.push(entry);
      await sync();
    }
    expect(entries).toEqual(before.entries);
    const pages = [];
    for await (const page of pagesOf(clientOf(), "/v1/items", parameters)) pages.push(page.asOf);
    expect(new Set(pages).size).toBe(1);
    expect(pages.length).toBeGreaterThan(3);
  });

  test("that an item has come by its id", async () => {
    await sync();
    const [{ id } = { id: "" }] = (await walkList<ChangeBody>(world, "/v1/items?limit=1000")).entries;
    const versions = [];
    for await (const each of entriesOf(clientOf(), "/v1/items/{id}/history", { path: { id } })) versions.push(each);
    expect(versions).toMatchObject([{ version: 1, kind: "added" }]);
  });

  test("of a wrong request throw what the API says", async () => {
    const pages = pagesOf(clientOf(), "/v1/items", { query: { at: "someday" } });
    await expect(pages.next()).rejects.toMatchObject({
      ...{ name: "ApiError", status: 400, type: "invalid-parameter", parameter: "at" },
      message: expect.stringMatching(/^at must be /),
    });
  });
});

describe("the follower", () => {
  test("gives every change once, though it is killed after each batch, while syncs go on", async () => {
    for (let n = 0; n < 4; n += 1) await sync();
    const stored: { changes: string[]; position: Position | undefined } = { changes: [], position: undefined };
    for (let lives = 0; lives < 40; lives += 1) {
      if (lives < 12 && lives % 3 === 0) await sync();
      const follower = followChanges(clientOf(), {
        ...{ once: true, query: { limit: 2 } },
        // As it comes back from where it was stored.
        position: stored.position && JSON.parse(JSON.stringify(stored.position)),
      });
      const { value } = await follower.next();
      // Killed before it stored anything: the same comes again.
      if (!value || lives % 4 === 1) continue;
      stored.changes.push(...named(value.changes));
      stored.position = value.position;
    }
    expect(await batchesOf({ query: { limit: 2 }, position: stored.position })).toEqual([]);
    expect(stored.changes.toSorted()).toEqual((await wholeLog()).toSorted());
    expect(stored.changes.length).toBeGreaterThan(20);
  });

  test("moves on where nothing matches, so that its position does not grow old", async () => {
    await sync();
    const query = { kind: "removed" } as const;
    const [first] = await batchesOf({ query });
    await sync();
    const [second] = await batchesOf({ query, position: first?.position });
    expect([first, second]).toMatchObject([
      { changes: [], caughtUp: true, position: { since: first?.asOf } },
      { changes: [], caughtUp: true, position: { since: second?.asOf } },
    ]);
    expect(second?.asOf).not.toBe(first?.asOf);
  });

  test("repeats nothing when the read timestamp is earlier than before", async () => {
    await sync();
    const [{ position } = {}] = await batchesOf({});
    const earlier = async (request: Request) => {
      const page = (await (await world.app.fetch(request)).json()) as object;
      return Response.json({ ...page, asOf: "2026-03-01T00:00:00.000Z" });
    };
    expect(await batchesOf({ position }, earlier)).toEqual([]);
  });

  test("waits out lost connections, throttling and failures, as long as the API asks for", async () => {
    await sync();
    const faults: (() => Response)[] = [
      () => {
        throw new TypeError("fetch failed");
      },
      () => new Response(null, { status: 429, headers: { "retry-after": "7" } }),
      () => Response.json({ message: "Too Many Requests" }, { status: 429 }),
      () => Response.json({ type: "/v1/docs#problem-internal", detail: "it failed" }, { status: 500 }),
      () => new Response(brokenBody(), { headers: { "content-type": "application/json" } }),
    ];
    const flaky = async (request: Request) => faults.shift()?.() ?? world.app.fetch(request);
    const waits: [string, number][] = [];
    const slept: number[] = [];
    const batches = await batchesOf(
      {
        onRetry: (error, waitMs) => void waits.push([String(error), waitMs]),
        sleep: async (ms) => void slept.push(ms),
      },
      flaky,
    );
    expect(named(batches.flatMap(({ changes }) => changes))).toEqual(await wholeLog());
    expect(waits.map(([said]) => said)).toEqual([
      "TypeError: fetch failed",
      "ApiError: the API answered with status 429",
      "ApiError: Too Many Requests",
      "ApiError: it failed",
      expect.stringContaining("connection lost"),
    ]);
    expect(slept).toEqual(waits.map(([, ms]) => ms));
    expect(slept[1]).toBe(7_000);
  });

  test("gives up what it may not have, and after some failures what was to end", async () => {
    const denied = async () => Response.json({ message: "Forbidden" }, { status: 403 });
    await expect(batchesOf({}, denied)).rejects.toThrow(new ApiError("Forbidden", { status: 403 }));
    let requests = 0;
    const failing = async () => {
      requests += 1;
      return new Response(null, { status: 503 });
    };
    await expect(batchesOf({ sleep: async () => undefined }, failing)).rejects.toMatchObject({ status: 503 });
    expect(requests).toBe(6);
  });

  test("goes on until it is stopped, also while it waits", async () => {
    await sync();
    const stop = new AbortController();
    const given: string[] = [];
    const follower = followChanges(clientOf(), {
      ...{ signal: stop.signal, pollMs: 5_000 },
      async sleep(ms, signal) {
        expect(ms).toBe(5_000);
        if (syncs < 3) return sync();
        stop.abort();
        signal?.throwIfAborted();
      },
    });
    for await (const { changes } of follower) given.push(...named(changes));
    expect(given.toSorted()).toEqual((await wholeLog()).toSorted());
    expect(syncs).toBe(3);
  });

  test("says that a position is older than the log, and what to do", async () => {
    await sync();
    const [{ position } = {}] = await batchesOf({});
    const [{ position: halfway } = {}] = await batchesOf({ query: { limit: 1 } });
    world.advance(RETENTION_DAYS * 86_400_000 + 60_000);
    await sync();
    for (const expired of [position, halfway]) {
      await expect(batchesOf({ position: expired, query: { limit: 1 } })).rejects.toMatchObject({
        name: "PositionExpiredError",
        message: expect.stringMatching(
          /^the position is older than the log: .+\. To go on, list the items, and follow from the asOf of that list$/,
        ),
      });
    }
  });
});

function brokenBody(): ReadableStream {
  return new ReadableStream({
    pull: (controller) => controller.error(new TypeError("connection lost")),
  });
}
