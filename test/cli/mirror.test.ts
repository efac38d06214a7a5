import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LoopbackServer, serveOnLoopback } from "../../cli/loopback.ts";
import { catchUp } from "../../cli/mirror.ts";
import { openMirrorToRead } from "../../cli/mirror-file.ts";
import { createClient } from "../../client/client.ts";
import { createApi } from "../../functions/api/app.ts";
import { sourceMetadata } from "../../functions/api/service.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { openMirror } from "../../functions/store/sqlite/mirror.ts";
import {
  ASSOCIATIONS,
  association,
  IMAGE_ASSOCIATIONS,
  imageAssociation,
  MEMBERSHIPS,
  membership,
} from "../api/harness/documents.ts";
import { newWorld, type World } from "../api/harness/world.ts";
import { codeBlocks, textOf } from "../docs/markdown.ts";
import { query } from "../export/duckdb.ts";
import { describeWith, SQLITE } from "../installed.ts";
import { createRandom } from "../sync/harness/random.ts";
import type { Finished } from "./cli.ts";
import { runInProcess } from "./in-process.ts";

/** A mirror of an inventory that drifts while it is copied, and is killed at any step: by requests over HTTP, and by its own writes. */

const random = createRandom(17);
const instants: string[] = [];
let world: World;
let served: LoopbackServer;
let folder: string;
let file: string;
let env: NodeJS.ProcessEnv;

const run = (...args: string[]): Promise<Finished> => runInProcess(args, env);
const mirror = () => run("mirror", "--api", served.url, "--api-region", "eu-west-1", "--into", file);

beforeAll(async () => {
  world = newWorld();
  served = await serveOnLoopback((request) => world.app.fetch(request), 0);
  folder = mkdtempSync(path.join(tmpdir(), "stocktake-mirror-"));
  file = path.join(folder, "mirror.db");
  env = {
    ...{ PATH: process.env.PATH, HOME: folder, STOCKTAKE_DATA: path.join(folder, "data") },
    ...{
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_EC2_METADATA_DISABLED: "true",
    },
  };
  for (let n = 0; n < 8; n += 1) await drift();
  await copyAndDie();
});
afterAll(async () => {
  await served.close();
  await world.close();
  rmSync(folder, { recursive: true });
});

/** One sync of a listing that differs a little from any before; at times with another version of the source. */
let drifts = 0;
async function drift(): Promise<void> {
  drifts += 1;
  world.advance(60_000);
  const numbers = [1, 2, 3, 4, 5, 6].filter(() => random.chance(0.7));
  const approveRemovals = true;
  const status = `S${random.integer(1, 3)}`;
  const listing = random.pick([
    {
      source: MEMBERSHIPS,
      documents: numbers.map((n) => membership(n, { status, createTime: 'quoted "é" \u{1f600}' })),
    },
    { source: MEMBERSHIPS, region: "eu-west-2", documents: numbers.map((n) => membership(n)) },
    {
      source: ASSOCIATIONS,
      documents: numbers.map((n) => association(`arn:a${n}`, `arn:b${n % 2}`, { Note: status })),
    },
    {
      source: IMAGE_ASSOCIATIONS,
      documents: numbers.map((n) => imageAssociation(`wsi-${n}`, "app", { State: status })),
    },
  ]);
  if (!listing) return;
  // From the tenth on, a new version of the source states other edges: its items are reindexed.
  const redeclared =
    drifts > 10 ? { redeclared: { version: 2, edges: () => [{ from: `arn:${status}`, to: "arn:new" }] } } : {};
  await world.sync({ ...listing, ...redeclared, approveRemovals });
  instants.push(await world.store.readTimestamp());
}

/** Copies while syncs go on, and dies at a random request or write each time, until it once comes to the end. */
async function copyAndDie(): Promise<void> {
  for (let lives = 0; lives < 40; lives += 1) {
    if (lives % 3 === 0) await drift();
    const stop = new AbortController();
    const copy = await openMirror(file, served.url);
    let steps = random.integer(1, 9);
    const step = () => {
      steps -= 1;
      if (steps === 0) stop.abort(new Error("killed"));
      stop.signal.throwIfAborted();
    };
    const client = createClient({
      baseUrl: "http://api.test",
      // Small pages, so that there are many places to die at.
      fetch: async (request) => {
        step();
        const url = new URL(request.url);
        url.searchParams.set("limit", String(random.integer(1, 5)));
        return world.app.fetch(new Request(url));
      },
    });
    const dying: typeof copy = {
      ...copy,
      async add(rows, signal) {
        await copy.add(rows, signal);
        step();
      },
      async advance(...to) {
        step();
        await copy.advance(...to);
        step();
      },
    };
    await catchUp({ client, mirror: dying, signal: stop.signal }).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    copy.close();
  }
}

interface ListBody {
  readonly items?: readonly unknown[];
  readonly edges?: readonly unknown[];
  readonly nextCursor?: string;
  readonly detail?: string;
}

/** Everything that a list has, page after page. */
async function whole(app: Pick<World["app"], "fetch">, query: string): Promise<unknown[]> {
  const entries: unknown[] = [];
  let cursor: string | undefined;
  do {
    const url = `http://api.test${query}&limit=1000${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const response = await app.fetch(new Request(url));
    const page = (await response.json()) as ListBody;
    expect([query, response.status, page.detail]).toEqual([query, 200, undefined]);
    entries.push(...(page.items ?? page.edges ?? []));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return entries;
}

describe("a mirror that was killed again and again", () => {
  test("is brought up to date by the command, and says so", async () => {
    expect(await mirror()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/mirror\.db: \d+ new changes; as of 2026-/),
    });
    await drift();
    expect(await mirror()).toMatchObject({ code: 0 });
    expect((await mirror()).stdout).toContain(`: 0 new changes; as of ${instants.at(-1)}\n`);
  });

  test("answers as the inventory does, at ten instants, and its log is the same", async () => {
    const { store, retentionDays } = await openMirrorToRead(file);
    const sources = SOURCES.map(sourceMetadata);
    const app = createApi({ store, sources, retentionDays, readContract: async () => "" });
    expect(instants.length).toBeGreaterThan(15);
    const ten = [...instants.slice(0, 5), ...instants.slice(-5)];
    const graph = (at: string) => `/v1/graph?node=arn:new&depth=2&direction=both&fields=key,version&at=${at}`;
    for (const query of [
      ...ten.map((at) => `/v1/items?state=all&full=true&at=${at}`),
      ...ten.slice(-3).map(graph),
      ...["/v1/changes?full=true", "/v1/changes?initial=false", `/v1/diff?from=${ten[2]}&to=${ten[7]}`],
    ]) {
      expect([query, await whole(app, query)]).toEqual([query, await whole(world.app, query)]);
    }
    const kinds = (await whole(app, "/v1/changes?full=true")) as { stored: { kind: string } }[];
    expect(new Set(kinds.map(({ stored }) => stored.kind))).toEqual(
      new Set(["added", "modified", "removed", "reindexed"]),
    );
    expect((await whole(app, graph(ten[9] ?? ""))).length).toBeGreaterThan(0);
    for (const at of [ten[3], ten[9]]) {
      const counted = async (of: Pick<World["app"], "fetch">) =>
        (
          (await (await of.fetch(new Request(`http://api.test/v1/items?count=true&limit=1&at=${at}`))).json()) as {
            count?: number;
          }
        ).count;
      expect(await counted(app)).toBe(await counted(world.app));
    }
    await store.close();
  });

  test("answers SQL, at an instant too, as the API does", async () => {
    for (const at of [instants[4] ?? "", instants.at(-1) ?? ""]) {
      const select =
        "SELECT source, account, region, key, version, document, changed_at FROM items ORDER BY collection, key";
      const { code, stdout } = await run("sql", "--from", file, "--at", at, "--json", select);
      expect(code).toBe(0);
      const found = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      const items = (await whole(world.app, `/v1/items?at=${at}`)) as Record<string, unknown>[];
      expect(
        found.map(({ document, changed_at, ...rest }) => ({
          ...rest,
          document: JSON.parse(document),
          changedAt: changed_at,
        })),
      ).toEqual(
        items.map(({ source, account, region, key, version, document, changedAt }) => ({
          ...{ source, account, region, key, version, document, changedAt },
        })),
      );
    }
  });

  test("is what reading commands read with --from", async () => {
    const { stdout } = await run("items", "--from", file, "--source", MEMBERSHIPS, "--all", "--json");
    const items = await whole(world.app, `/v1/items?names=true&source=${MEMBERSHIPS}`);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual(items);
    expect(await run("items", "--from", path.join(folder, "none.db"))).toMatchObject({ code: 1 });
  });

  test("is of one API, and never the file that syncs keep", async () => {
    const other = ["mirror", "--api", "https://other.execute-api.eu-west-1.amazonaws.com", "--into"];
    expect((await run(...other, file)).stderr).toMatch(
      /mirror\.db is a mirror of http:\S+, not of https:\S+: name another file\n$/,
    );
    expect((await run(...other, folder)).stderr).toMatch(
      /--into \S+ cannot be opened or created: check that you may write it and its folder, or name another file\n$/,
    );
    const own = path.join(folder, "data", "inventory.db");
    expect(await run(...other, own)).toMatchObject({ code: 2, stderr: expect.stringContaining("is where syncs keep") });
  });
});

describe("docs/recipes/sql-tools.md, With your own tables", () => {
  const blocks = codeBlocks(textOf("docs/recipes/sql-tools.md"));
  const printed = (language: string, has = "") => {
    const block = blocks.find(({ text, ...each }) => each.language === language && text.includes(has));
    if (block === undefined) throw new Error(`docs/recipes/sql-tools.md prints no ${language} with ${has}`);
    return block.text;
  };
  /** What each team owns, source by source, by the API. */
  let owned: string[][];
  beforeAll(async () => {
    writeFileSync(path.join(folder, "owners.csv"), printed("csv"));
    const items = (await whole(world.app, "/v1/items?state=present")) as { source: string }[];
    const sources = [...new Set(items.map(({ source }) => source))].sort();
    const count = (source: string) => items.filter((item) => item.source === source).length;
    owned = sources.map((source) => ["ml-platform", source, `${count(source)}`]);
  });

  describeWith([SQLITE], "sqlite3", () => {
    test("joins the mirror with a CSV of owners", () => {
      const { stdout, stderr } = spawnSync(SQLITE.file, { cwd: folder, input: printed("sqlite"), encoding: "utf8" });
      expect([stdout.trimEnd().split("\n"), stderr]).toEqual([owned.map((row) => row.join("|")), ""]);
    });
  });

  test("DuckDB joins what sql prints with a CSV of owners", async () => {
    const [, args = ""] = /npx stocktake (sql .+) > items\.csv/.exec(printed("", "items.csv")) ?? [];
    const words = [...args.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
    const { stdout } = await run(...words.map((word) => (word === "mirror.db" ? file : word)));
    writeFileSync(path.join(folder, "items.csv"), stdout);
    const statement = printed("duckdb", "items.csv").replaceAll(/'(\w+\.csv)'/g, `'${folder}/$1'`);
    const rows = await query(statement);
    expect(rows.map((row) => Object.values(row).map(String))).toEqual(owned);
  });
});

describe("stocktake sql", () => {
  const sql = (...args: string[]) => run("sql", "--from", file, ...args);

  test("prints a table, JSON, CSV and YAML, of several statements and columns of one name", async () => {
    const text = "SELECT 1 AS a, 'x;y' AS b, 2 AS a; -- a comment;\nVALUES (NULL)";
    expect((await sql(text)).stdout).toBe("a  b    a:2\n1  x;y  2\ncolumn1\n\n");
    expect((await sql("--json", text)).stdout).toBe('{"a":1,"b":"x;y","a:2":2}\n{"column1":null}\n');
    expect((await sql("--format", "csv", text)).stdout).toBe('a,b,a:2\r\n1,"x;y",2\r\ncolumn1\r\n\r\n');
    expect((await sql("--format", "yaml", "SELECT 1 AS a")).stdout).toBe("- a: 1\n");
    expect(await sql("SELECT 1 WHERE 0")).toMatchObject({ code: 0, stdout: "", stderr: "stocktake: No rows.\n" });
  });

  test.each([
    ["DELETE FROM items", "sql only reads the inventory: use SELECT, WITH, VALUES or EXPLAIN"],
    ["/* x */ PRAGMA query_only = 0", "sql only reads the inventory: use SELECT, WITH, VALUES or EXPLAIN"],
    ["ATTACH 'x.db' AS x", "sql only reads the inventory: use SELECT, WITH, VALUES or EXPLAIN"],
    [
      "WITH x AS (SELECT 1) DELETE FROM stored_scopes",
      "sql only reads the inventory: use SELECT, WITH, VALUES or EXPLAIN",
    ],
    ["EXPLAIN /* x */ PRAGMA query_only = 0", "sql only reads the inventory: use SELECT, WITH, VALUES or EXPLAIN"],
    ["SELECT nosuch FROM items", "no such column: nosuch"],
    ["selec 1", 'near "selec": syntax error'],
    ["SELECT 'open", "the statement ends inside quotes or a comment: close it"],
  ])("refuses %s", async (text, message) => {
    expect(await sql(text)).toEqual({ code: 2, stdout: "", stderr: `stocktake: ${message}\n` });
  });

  test("says what is missing", async () => {
    expect(await run("sql", "SELECT 1")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nothing is stored in"),
    });
    expect(await run("sql", "--from", "none.db", "SELECT 1")).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining("--from none.db does not exist: make it with") },
    });
    for (const args of [
      ["sql", "--from", import.meta.filename, "SELECT 1"],
      ["items", "--from", import.meta.filename],
    ]) {
      const stderr = `stocktake: --from ${import.meta.filename} is not a database: name the file of a mirror\n`;
      expect(await run(...args)).toEqual({ code: 1, stdout: "", stderr });
    }
  });
});
