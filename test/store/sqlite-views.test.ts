import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Change, ItemVersion } from "../../functions/model/item.ts";
import { initialState, type ScopeState } from "../../functions/model/scope-state.ts";
import { openDatabase, type Row, type SqliteDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore, type SqliteStore } from "../../functions/store/sqlite/store.ts";
import { codeBlocks, textOf } from "../docs/markdown.ts";
import { signal } from "./changes.ts";

/* The views of docs/sql.md, by plain SQL, while syncs write, commit and give up as the engine's do. */

type Listing = Readonly<Record<string, string>>;
const START = Date.UTC(2026, 2, 1);
const RETENTION_DAYS = 30;
const HOUR = 3_600_000;

let database: SqliteDatabase;
let store: SqliteStore;
let now: number;
beforeEach(() => {
  now = START;
  database = openDatabase(":memory:");
  store = createSqliteStore(database, { now: () => now, retentionDays: RETENTION_DAYS });
});
afterEach(() => database.close());

/** One scope and its syncs. */
class Scope {
  readonly commits: { readonly at: string; readonly listing: Listing }[] = [];
  #state: ScopeState;
  #heads = new Map<string, ItemVersion>();
  #writing: { readonly at: string; readonly listing: Listing; readonly changes: readonly Change[] } | undefined;

  constructor(collection: string, id: string) {
    this.#state = initialState(collection, { id, range: {} });
  }

  get isWriting(): boolean {
    return this.#writing !== undefined;
  }

  /** Begins to write what a listing changed, and commits nothing. */
  async write(listing: Listing): Promise<void> {
    await this.#put({ lease: this.#state.lease + 1 });
    const at = await store.begin(this.#writer());
    await this.#put({ writing: at });
    const changes = this.#changes(at, listing);
    await store.write(changes, signal);
    this.#writing = { at, listing, changes };
  }

  async commit(): Promise<void> {
    if (!this.#writing) return;
    const { at, listing, changes } = this.#writing;
    this.#writing = undefined;
    await this.#put({ writing: undefined, committedAt: at });
    await store.deleteMarks(this.#writer());
    this.commits.push({ at, listing });
    for (const { after } of changes) this.#heads.set(after.key, after);
    await store.delete(this.#state.collection, { versions: changes.flatMap(({ before }) => before ?? []) }, signal);
  }

  /** Gives up, and leaves what was written. */
  async abort(): Promise<void> {
    if (!this.#writing) return;
    const { at } = this.#writing;
    this.#writing = undefined;
    await this.#put({ writing: undefined, discarding: [at] });
    await store.addDiscards(this.#state.collection, [at]);
    await store.deleteMarks(this.#writer());
    await this.#put({ discarding: [] });
  }

  async sync(listing: Listing): Promise<void> {
    await this.write(listing);
    await this.commit();
  }

  listingAt(instant: string): Listing {
    return this.commits.findLast(({ at }) => at <= instant)?.listing ?? {};
  }

  #writer() {
    return { collection: this.#state.collection, scope: this.#state.scope, lease: this.#state.lease };
  }

  async #put(set: Partial<Record<keyof ScopeState, unknown>>): Promise<void> {
    const next = { ...this.#state, revision: this.#state.revision + 1, ...set } as ScopeState;
    expect(await store.putScopeState(next)).toBe(true);
    this.#state = next;
  }

  #changes(at: string, listing: Listing): Change[] {
    const { collection, scope } = this.#state;
    const changes: Change[] = [];
    for (const key of new Set([...Object.keys(listing), ...this.#heads.keys()])) {
      const document = listing[key];
      const before = this.#heads.get(key);
      const wasPresent = before?.state === "present";
      if (wasPresent ? before.document === document : document === undefined) continue;
      const edges = document === undefined ? [] : [{ from: key, to: document, relation: "Is" }];
      const after: ItemVersion = {
        ...{ collection, scope, key, at, state: document === undefined ? "removed" : "present", hash: "hash" },
        ...{ version: (before?.version ?? 0) + 1, firstSeenAt: before?.firstSeenAt ?? at, edges, edgeAt: at },
        document: document ?? before?.document ?? "",
        ...(before && { previousAt: before.at }),
        ...(document === undefined && { cause: "not listed" as const }),
      };
      const kind = document === undefined ? "removed" : wasPresent ? "modified" : "added";
      changes.push({ kind, after, ...(before && { before }) });
    }
    return changes;
  }
}

const COLLECTION = "test.things/123456789012/eu-west-1";
const OTHER = "unlike.things/210987654321/us-east-1";

function all(sql: string, ...parameters: string[]): readonly Row[] {
  return database.all(sql, parameters);
}

/** Keys and documents of rows, by collection and key. */
function contentOf(rows: readonly Row[]): Record<string, unknown> {
  return Object.fromEntries(rows.map(([collection, key, document]) => [`${collection} ${key}`, document]));
}

const VALID = "valid_from <= ?1 AND (valid_until > ?1 OR valid_until IS NULL)";

describe("the view", () => {
  let scope: Scope;
  let other: Scope;
  beforeEach(async () => {
    scope = new Scope(COLLECTION, "all");
    other = new Scope(OTHER, "all");
    await scope.sync({ kept: '"1"', modified: '"1"', removed: '"1"' });
    now += HOUR;
    await other.sync({ kept: '"1"' });
    now += HOUR;
    await scope.sync({ kept: '"1"', modified: '"2"', added: '"1"' });
  });
  const [first, second, third] = [0, 1, 2].map((hours) => new Date(START + hours * HOUR).toISOString());

  test("items has an item a row, with its collection's parts", () => {
    const rows = all("SELECT * FROM items ORDER BY collection, key");
    const here = [COLLECTION, "test.things", "123456789012", "eu-west-1"];
    const there = [OTHER, "unlike.things", "210987654321", "us-east-1"];
    const edge = (from: string, to: string) => JSON.stringify([{ from, to, relation: "Is" }]);
    expect(rows).toEqual([
      [...here, "added", 1, '"1"', edge("added", '"1"'), third, third, "all"],
      [...here, "kept", 1, '"1"', edge("kept", '"1"'), first, first, "all"],
      [...here, "modified", 2, '"2"', edge("modified", '"2"'), first, third, "all"],
      [...there, "kept", 1, '"1"', edge("kept", '"1"'), second, second, "all"],
    ]);
    expect(all("SELECT key FROM items WHERE source = ? AND region = ?", "unlike.things", "us-east-1")).toEqual([
      ["kept"],
    ]);
    expect(all("SELECT version FROM items WHERE collection = ? AND key = ?", COLLECTION, "modified")).toEqual([[2]]);
  });

  test("items_at has a version a row, and when it was there", () => {
    const rows = all(
      "SELECT key, version, valid_from, valid_until FROM items_at WHERE collection = ? ORDER BY key, version",
      COLLECTION,
    );
    expect(rows).toEqual([
      ["added", 1, third, null],
      ["kept", 1, first, null],
      ["modified", 1, first, third],
      ["modified", 2, third, null],
      ["removed", 1, first, third],
    ]);
  });

  test("changes has a change a row, with the documents before and after", () => {
    const rows = all(
      "SELECT at, source, key, kind, version, document, before_document, previous_at, cause FROM changes ORDER BY at, key",
    );
    expect(rows.slice(0, 4)).toEqual([
      [first, "test.things", "kept", "added", 1, '"1"', null, null, null],
      [first, "test.things", "modified", "added", 1, '"1"', null, null, null],
      [first, "test.things", "removed", "added", 1, '"1"', null, null, null],
      [second, "unlike.things", "kept", "added", 1, '"1"', null, null, null],
    ]);
    expect(rows.slice(4)).toEqual([
      [third, "test.things", "added", "added", 1, '"1"', null, null, null],
      [third, "test.things", "modified", "modified", 2, '"2"', '"1"', first, null],
      [third, "test.things", "removed", "removed", 2, '"1"', '"1"', first, "not listed"],
    ]);
  });

  test("edges has an edge a row", () => {
    const rows = all(
      "SELECT source, key, from_node, to_node, relation FROM edges WHERE to_node = ? ORDER BY source, key",
      '"1"',
    );
    expect(rows).toEqual([
      ["test.things", "added", "added", '"1"', "Is"],
      ["test.things", "kept", "kept", '"1"', "Is"],
      ["unlike.things", "kept", "kept", '"1"', "Is"],
    ]);
  });

  test("changes has none that only reindexed an item, which items has nevertheless", async () => {
    const [before] = (await store.itemsOf(COLLECTION, ["kept"]))[0] ?? [];
    now += HOUR;
    const writer = { collection: COLLECTION, scope: "all", lease: 9 };
    const at = await store.begin(writer);
    const edges = [{ from: "x", to: "y" }];
    if (before) {
      const after = { ...before, at, edges, edgeAt: at, previousAt: before.at, version: 2 };
      await store.write([{ kind: "reindexed", before, after }], signal);
    }
    expect(all("SELECT edges FROM items WHERE key = 'kept' AND source = 'test.things'")).not.toEqual([
      [JSON.stringify(edges)],
    ]);
    await store.deleteMarks(writer);
    expect(all("SELECT edges FROM items WHERE key = 'kept' AND source = 'test.things'")).toEqual([
      [JSON.stringify(edges)],
    ]);
    expect(all("SELECT relation FROM edges WHERE from_node = 'x'")).toEqual([[null]]);
    expect(all("SELECT * FROM changes WHERE at = ?", at)).toEqual([]);
  });

  test("items_at reaches back to where retention ends, and has nothing before", async () => {
    now = START + RETENTION_DAYS * 24 * HOUR + HOUR / 2;
    const records = () =>
      Number(all("SELECT (SELECT count(*) FROM stored_changes) + count(*) FROM stored_syncs")[0]?.[0]);
    const before = records();
    await store.prune();
    expect(records(), "as long as nothing is committed").toBe(before);
    const writer = { collection: "test.things/123456789012/eu-west-1", scope: "all", lease: 99 };
    await store.begin(writer);
    await store.deleteMarks(writer);
    await store.prune();
    expect(records()).toBe(before - 3);
    const rows = all(
      "SELECT key, version, valid_from FROM items_at WHERE source = 'test.things' ORDER BY key, version",
    );
    const start = new Date(START + HOUR / 2).toISOString();
    expect(rows).toEqual([
      ["added", 1, third],
      ["kept", 1, start],
      ["modified", 1, start],
      ["modified", 2, third],
      ["removed", 1, start],
    ]);
    expect(all(`SELECT key FROM items_at WHERE ${VALID}`, first ?? "")).toEqual([]);
    expect(all("SELECT count(*) FROM items")).toEqual([[4]]);
  });

  const examples = codeBlocks(textOf("docs/sql.md")).filter(({ language }) => language === "sql");
  test.each(examples.map(({ text }) => text))("answers as documented: %s", (sql) => {
    expect(all(sql)).toBeInstanceOf(Array);
  });
  test("is documented column by column", () => {
    const documented = textOf("docs/sql.md");
    for (const view of ["items", "items_at", "changes", "edges", "read_timestamp"]) {
      for (const [column] of all("SELECT name FROM pragma_table_info(?)", view))
        expect(documented).toContain(`\`${column}\``);
    }
    expect(examples.length).toBeGreaterThan(5);
  });
});

describe("random syncs", () => {
  /** The same numbers for the same seed. */
  function randomOf(seed: number): (limit: number) => number {
    let state = seed;
    return (limit) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
  }

  function expectTruth(scopes: readonly (readonly [string, Scope])[], timestamp: string): void {
    const truthAt = (instant: string) =>
      Object.fromEntries(
        scopes.flatMap(([collection, scope]) =>
          Object.entries(scope.listingAt(instant)).map(([key, document]) => [`${collection} ${key}`, document]),
        ),
      );
    const [at = ""] = all("SELECT at FROM read_timestamp")[0] ?? [];
    expect(at).toBe(timestamp);
    const items = all("SELECT collection, key, document FROM items");
    expect(contentOf(items)).toEqual(truthAt(timestamp));
    expect(items).toHaveLength(Object.keys(truthAt(timestamp)).length);
    expect(all("SELECT * FROM items_at WHERE valid_from > ?1 OR valid_until > ?1", timestamp)).toEqual([]);
    expect(contentOf(all("SELECT collection, from_node, to_node FROM edges"))).toEqual(truthAt(timestamp));
    const replayed: Record<string, unknown> = {};
    for (const [collection, key, kind, document] of all(
      "SELECT collection, key, kind, document FROM changes ORDER BY at",
    )) {
      const item = `${collection} ${key}`;
      expect(kind === "added").toBe(!(item in replayed));
      if (kind === "removed") delete replayed[item];
      else replayed[item] = document;
    }
    expect(replayed).toEqual(truthAt(timestamp));
    const commits = scopes.flatMap(([, scope]) => scope.commits.map((commit) => commit.at));
    for (const instant of [...commits, timestamp].filter((each) => each <= timestamp)) {
      const then = all(`SELECT collection, key, document FROM items_at WHERE ${VALID}`, instant);
      expect(contentOf(then)).toEqual(truthAt(instant));
      expect(then).toHaveLength(Object.keys(truthAt(instant)).length);
    }
  }

  test.each([...Array(12).keys()])("show in the views exactly what was committed: %i", async (seed) => {
    const random = randomOf(seed);
    const scopes = [
      [COLLECTION, new Scope(COLLECTION, "a"), "a"],
      [COLLECTION, new Scope(COLLECTION, "b"), "b"],
      [OTHER, new Scope(OTHER, "all"), "c"],
    ] as const;
    for (let step = 0; step < 40; step += 1) {
      now += random(3) * 1_000;
      const [, scope, prefix] = scopes[random(scopes.length)] ?? scopes[0];
      if (!scope.isWriting) {
        const keys = [1, 2, 3].filter(() => random(3) > 0);
        await scope.write(Object.fromEntries(keys.map((key) => [`${prefix}${key}`, `"${random(3)}"`])));
      } else if (random(3) > 0) await scope.commit();
      else await scope.abort();
      expectTruth(
        scopes.map(([collection, each]) => [collection, each]),
        await store.readTimestamp(),
      );
    }
  });
});
