import { describe, expect, test } from "vitest";
import { type KeyRange, type Scope, scopeOfFirstPart } from "../../functions/model/collection.ts";
import { SyncError } from "../../functions/model/errors.ts";
import { type Connection, type Page, ParentNotFoundError, type Source } from "../../functions/model/source.ts";
import type { SyncJob } from "../../functions/sync/job.ts";
import { listRange, parseDocuments } from "../../functions/sync/list.ts";
import type { ListedItem, RejectedItem } from "../../functions/sync/parse-item.ts";
import { COLLECTION, CREATION_SOURCE, connected, listing, page, SOURCE, thing } from "./engine.ts";

const never = new AbortController().signal;
const ENTIRE = { id: "all", range: {} };

interface Listing {
  readonly connection: Partial<Connection>;
  readonly source?: Source;
  readonly scope?: Scope;
  readonly range?: KeyRange;
  readonly signal?: AbortSignal;
}

async function list({ connection, source = SOURCE, scope = ENTIRE, range, signal = never }: Listing) {
  const job: SyncJob = { source, collection: COLLECTION, scope, connection: connected(connection), kind: "full" };
  const listed = range ?? scope.range;
  const pages: { page: Page; items: ListedItem[]; rejected: RejectedItem[] }[] = [];
  for await (const page of listRange(job, listed, signal)) {
    const parts = [...parseDocuments(job, listed, page.documents)];
    pages.push({
      page,
      items: parts.flatMap(({ items }) => items),
      rejected: parts.flatMap(({ rejected }) => rejected),
    });
  }
  return pages;
}

describe("listing a range", () => {
  test("parses every page in order, an empty one too", async () => {
    const pages = await list({ connection: listing([page(thing("a"), thing("b")), page(), page(thing("c"))]) });
    expect(pages.map(({ items }) => items.map(({ key }) => key))).toEqual([["a", "b"], [], ["c"]]);
    const names = Array.from({ length: 120 }, (_, n) => `thing-${n}`);
    const [large] = await list({ connection: listing([page(...names.map((name) => thing(name)))]) });
    expect(large?.items.map(({ key }) => key)).toEqual(names);
  });
  test("passes retries on, and whether an answer had no list", async () => {
    const given: Page[] = [
      { documents: [], retries: 2 },
      { documents: [], retries: 0, listMissing: true },
    ];
    expect((await list({ connection: listing(given) })).map(({ page }) => page)).toEqual(given);
  });
  test("asks the source for the scope with the range that is wanted", async () => {
    const asked: Scope[] = [];
    const connection: Partial<Connection> = {
      list(scope) {
        asked.push(scope);
        return listing([]).list(scope, never);
      },
    };
    await list({ connection, scope: scopeOfFirstPart("s"), range: { from: "s#b" } });
    expect(asked).toEqual([{ id: "s", range: { from: "s#b" } }]);
  });
  test("rejects an item outside the scope", async () => {
    const [first] = await list({
      connection: listing([page(thing("a"), thing("z"))]),
      scope: { id: "s", range: { until: "b" } },
    });
    expect(first?.items.map(({ key }) => key)).toEqual(["a"]);
    expect(first?.rejected).toEqual([{ reason: "an item outside scope s was listed: z" }]);
  });
  test("passes over what a listing by creation reaches beyond its range", async () => {
    const [first] = await list({
      connection: listing([page(thing("1"), thing("2"), thing("3"))]),
      source: CREATION_SOURCE,
      range: { from: "2", until: "3" },
    });
    expect(first?.items.map(({ key }) => key)).toEqual(["2#x"]);
    expect(first?.rejected).toEqual([]);
  });
});

describe("a listing that fails", () => {
  test("fails as the service's error, naming the operation", async () => {
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    await expect(list({ connection: listing([page()], denied) })).rejects.toMatchObject({
      code: "denied",
      message: expect.stringContaining("Test ListThings failed: AccessDeniedException: no."),
    });
  });
  test.each([
    ["that the parent is gone", new ParentNotFoundError("gone")],
    ["an error of ours", new SyncError("malformed", "the same token again")],
  ])("says %s as it is", async (_, error) => {
    await expect(list({ connection: listing([], error) })).rejects.toBe(error);
  });
  test("fails with the signal's reason once that is aborted", async () => {
    const signal = AbortSignal.abort(new SyncError("interrupted", "stopped by a signal"));
    await expect(list({ connection: listing([], new Error("aborted")), signal })).rejects.toMatchObject({
      code: "interrupted",
      message: "stopped by a signal",
    });
  });
});
