import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { serve } from "@hono/node-server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { folderDestination } from "../../cli/export/folder.ts";
import { createLocalApi } from "../../cli/local-api.ts";
import { cell } from "../../functions/api/csv.ts";
import { itemBody } from "../../functions/api/items.ts";
import { COLUMNS } from "../../functions/export/columns.ts";
import { FORMATS } from "../../functions/export/formats.ts";
import type { Manifest } from "../../functions/export/manifest.ts";
import { bucketDestination } from "../../functions/export/s3.ts";
import { type FileEnd, writeFiles } from "../../functions/export/write.ts";
import { readItems } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import { collectionOf } from "../../functions/model/collection.ts";
import { MEMBERSHIPS } from "../api/harness/documents.ts";
import type { ItemBody, Page } from "../api/harness/walk.ts";
import { dataOf, environment, finished, newFolder, startCommand } from "../cli/cli.ts";
import { runInProcess } from "../cli/in-process.ts";
import { codeBlocks, textOf } from "../docs/markdown.ts";
import { type BucketServer, startBucket } from "./bucket.ts";
import { type ExportedRow, query, rowsIn } from "./duckdb.ts";
import { type ExportedInventory, FIRST_ACCOUNT, makeInventory } from "./inventory.ts";

/** `stocktake export`: what is read back of every format is what the API answers for the instant, and nothing looks finished that is not. */

const BUCKET = "exports-of-tests";

let folder: Awaited<ReturnType<typeof newFolder>>;
let inventory: ExportedInventory;
let bucket: BucketServer;
let env: NodeJS.ProcessEnv;
let answered: readonly ItemBody[];
let to: string;
let exports = 0;

beforeAll(async () => {
  folder = await newFolder();
  bucket = await startBucket(BUCKET);
  env = environment(folder.folder, { AWS_ENDPOINT_URL_S3: bucket.url, AWS_REGION: "eu-west-1" });
  mkdirSync(dataOf(folder.folder), { mode: 0o700 });
  inventory = await makeInventory(dataOf(folder.folder), Date.now() - 3_600_000);
  const answer = await createLocalApi(inventory.store, { retentionDays: 90 }).request(
    `/v1/items?limit=100&at=${inventory.before}`,
  );
  answered = ((await answer.json()) as Page<ItemBody>).items;
  expect(answered).toHaveLength(12);
});
afterAll(async () => {
  await inventory?.store.close();
  await bucket?.close();
  await folder?.remove();
});
beforeEach(() => {
  exports += 1;
  to = path.join(folder.folder, `export ${exports}`);
});

const run = (...args: string[]) => runInProcess(["export", ...args], env);
const manifestIn = (file: string): Manifest => JSON.parse(readFileSync(path.join(file, "manifest.json"), "utf8"));
const filesIn = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();

/** What the columns must have of the API's answer. */
function expected(items: readonly ItemBody[]): ExportedRow[] {
  return items.map((item) => ({
    ...{ as_of: inventory.before, id: item.id, source: item.source, account: item.account, region: item.region },
    ...{ scope: item.scope, key: item.key, version: item.version, first_seen_at: item.firstSeenAt },
    ...{ changed_at: item.changedAt, edge_from: item.edge?.from ?? null, edge_to: item.edge?.to ?? null },
    ...{ edge_relation: item.edge?.relation ?? null, document: JSON.stringify(item.document) },
  }));
}

/** DuckDB writes the JSON of a document in its own way. */
const parsed = (row: ExportedRow) => ({ ...row, document: JSON.parse(String(row.document)) as unknown });

describe.each(FORMATS)("an export as %s", (format) => {
  test("is what the API answers for that instant, item by item, as DuckDB reads it", async () => {
    const result = await run("--at", inventory.before, "--format", format, "--to", to);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toBe(`${to}/manifest.json: 12 items in 3 files, as of ${inventory.before}\n`);
    const rows = await rowsIn(to, format);
    expect(Object.keys(rows[0] ?? {})).toEqual(COLUMNS.map(({ name }) => name));
    if (format === "csv") {
      // What a spreadsheet would run is made harmless, as in every CSV; NULL and nothing are one.
      const inCsv = (value: string | number | null) =>
        cell(value)
          .replace(/^"([\s\S]*)"$/, "$1")
          .replaceAll('""', '"');
      const strings = expected(answered).map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? null : inCsv(value)])),
      );
      expect(rows).toEqual(strings.map((row) => expect.objectContaining(row)));
      expect(rows.map(({ name }) => name)).toContain("'+SUM(A1)");
    } else {
      expect(rows.map(parsed)).toEqual(expected(answered).map((row) => expect.objectContaining(parsed(row))));
      expect(rows.map(({ name }) => name)).toContain("+SUM(A1)");
    }
  });
});

test("the manifest counts and has the checksum of every file, and only the user may read them", async () => {
  await run("--at", inventory.before, "--to", to);
  const { files, ...rest } = manifestIn(to);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  expect(rest).toEqual({
    columns_version: 1,
    format: "parquet",
    as_of: inventory.before,
    fresh_at: expect.any(String),
    items: 12,
    bytes,
  });
  expect(files.map(({ source, account, region, items }) => [source, account, region, items])).toEqual([
    ["cleanrooms.memberships", FIRST_ACCOUNT, "eu-west-1", 7],
    ["cleanrooms.memberships", "123456789012", "us-east-1", 3],
    ["sagemaker.associations", "123456789012", "eu-west-1", 2],
  ]);
  expect(filesIn(to)).toEqual([...files.map((file) => file.path), "manifest.json"].sort());
  for (const file of files) {
    const content = readFileSync(path.join(to, file.path));
    expect(file.path).toBe(`source=${file.source}/account=${file.account}/region=${file.region}/items-00000.parquet`);
    expect([file.bytes, file.sha256]).toEqual([content.byteLength, createHash("sha256").update(content).digest("hex")]);
    expect(statSync(path.join(to, file.path)).mode & 0o077).toBe(0);
  }
});

test("an export can be narrowed, to nothing as well, and is of now by default", async () => {
  await run("--source", MEMBERSHIPS, "--account", FIRST_ACCOUNT, "--to", to);
  const { only, items, as_of } = manifestIn(to);
  expect({ only, items, as_of }).toEqual({
    only: { source: MEMBERSHIPS, account: FIRST_ACCOUNT },
    items: 5,
    as_of: await inventory.store.readTimestamp(),
  });
  const none = await run("--source", MEMBERSHIPS, "--region", "us-east-1", "--to", `${to} none`);
  expect(none).toMatchObject({ code: 0, stderr: expect.stringContaining("There were no items at ") });
  expect(filesIn(`${to} none`)).toEqual(["manifest.json"]);
});

test("a deployed API gives the same files as the store beneath it", async () => {
  await run("--at", inventory.before, "--to", to);
  const api = createLocalApi(inventory.store, { retentionDays: 90 });
  const served = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const server = serve({ fetch: api.fetch, port: 0, hostname: "127.0.0.1" }, () => resolve(server));
  });
  const { port } = served.address() as AddressInfo;
  const options = ["--api", `http://127.0.0.1:${port}`, "--api-region", "eu-west-1"];
  const result = await run("--at", inventory.before, "--to", `${to} again`, ...options);
  await new Promise((resolve) => served.close(resolve));
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(readFileSync(`${to} again/manifest.json`, "utf8")).toBe(readFileSync(`${to}/manifest.json`, "utf8"));
});

test("what did not end is not taken for finished, and the next export begins again", async () => {
  await run("--at", inventory.before, "--format", "csv", "--to", to);
  // Killed before the manifest: a file is cut off, and the manifest was being written.
  const [cut = ""] = manifestIn(to).files.map((file) => file.path);
  writeFileSync(path.join(to, cut), "as_of,id");
  writeFileSync(path.join(to, "manifest.json.part"), "{");
  rmSync(path.join(to, "manifest.json"));
  expect(await run("--to", to)).toMatchObject({ code: 0, stderr: "" });
  expect(filesIn(to)).toEqual([...manifestIn(to).files.map((file) => file.path), "manifest.json"].sort());
  expect((await query(`SELECT count(*)::INTEGER AS n FROM read_parquet('${to}/**/*.parquet')`))[0]?.n).toBe(7);
});

test("a finished export stays as it is unless it is to be replaced, and other files always do", async () => {
  await run("--at", inventory.before, "--to", to);
  const before = readFileSync(path.join(to, "manifest.json"), "utf8");
  expect(await run("--at", inventory.before, "--to", to)).toEqual({
    ...{ code: 1, stdout: "" },
    stderr: `stocktake: ${to} has a finished export, as of ${inventory.before}: add --replace, or name another folder\n`,
  });
  expect(readFileSync(path.join(to, "manifest.json"), "utf8")).toBe(before);
  expect(await run("--format", "ndjson", "--replace", "--to", to)).toMatchObject({ code: 0 });
  expect(filesIn(to)).toEqual([...manifestIn(to).files.map((file) => file.path), "manifest.json"].sort());
  expect(manifestIn(to).format).toBe("ndjson");
  expect(readdirSync(to).sort()).toEqual([
    "manifest.json",
    "source=cleanrooms.memberships",
    "source=sagemaker.associations",
  ]);
  writeFileSync(path.join(to, "thesis.txt"), "mine");
  expect(await run("--replace", "--to", to)).toMatchObject({
    ...{ code: 1, stderr: `stocktake: ${to} has other files, such as thesis.txt: export into a new folder\n` },
  });
  expect(filesIn(to)).toContain("thesis.txt");
});

describe("into a bucket", () => {
  const s3 = (prefix: string) => `s3://${BUCKET}/${prefix}`;
  const keys = (prefix: string) => [...bucket.objects.keys()].filter((key) => key.startsWith(`${prefix}/`)).sort();

  test("the objects are the files of a folder, and the manifest is put last", async () => {
    await run("--at", inventory.before, "--to", to);
    bucket.requests.length = 0;
    bucket.objects.set("a/b c/", Buffer.alloc(0));
    expect(await run("--at", inventory.before, "--to", `${s3("a/b c")}/`)).toEqual({
      ...{
        code: 0,
        stderr: "",
        stdout: `${s3("a/b c")}/manifest.json: 12 items in 3 files, as of ${inventory.before}\n`,
      },
    });
    expect(keys("a/b c")).toEqual(["", ...filesIn(to)].map((file) => `a/b c/${file}`));
    for (const file of filesIn(to)) {
      expect(bucket.objects.get(`a/b c/${file}`)?.equals(readFileSync(path.join(to, file))), file).toBe(true);
    }
    expect(bucket.requests.at(-1)).toBe("PUT a/b c/manifest.json");
  });

  test("one that is cut off has no manifest; another begins again, and replaces a finished one", async () => {
    bucket.fail(/^PUT again\/.*sagemaker/);
    const failed = await run("--at", inventory.before, "--to", s3("again"));
    bucket.fail(undefined);
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toMatch(
      /^stocktake: S3 PutObject s3:\/\/\S+ failed: AccessDenied: simulated\. Grant the action/,
    );
    expect(keys("again").map((key) => path.basename(key))).toEqual(["items-00000.parquet", "items-00000.parquet"]);
    expect(await run("--at", inventory.before, "--format", "csv", "--to", s3("again"))).toMatchObject({ code: 0 });
    expect(keys("again").filter((key) => key.endsWith(".parquet"))).toEqual([]);
    expect(await run("--at", inventory.before, "--to", s3("again"))).toMatchObject({ code: 1 });
    bucket.requests.length = 0;
    expect(await run("--at", inventory.before, "--replace", "--to", s3("again"))).toMatchObject({ code: 0 });
    expect(keys("again").map((key) => path.extname(key))).toEqual([".json", ".parquet", ".parquet", ".parquet"]);
    // The manifest goes before the files do.
    expect(bucket.requests.filter((request) => request.startsWith("POST?delete")).length).toBe(2);
  });

  test("killed in the middle, it leaves no manifest, and the next export begins again", async () => {
    const asked = bucket.hold(/^PUT killed\/.*us-east-1/);
    const child = startCommand(["export", "--at", inventory.before, "--to", s3("killed")], env);
    await asked;
    child.kill("SIGKILL");
    expect(await finished(child)).toMatchObject({ code: null, stdout: "" });
    expect(keys("killed").map((key) => path.extname(key))).toEqual([".parquet"]);
    expect(await run("--at", inventory.before, "--to", s3("killed"))).toMatchObject({ code: 0, stderr: "" });
    expect(keys("killed").map((key) => path.extname(key))).toEqual([".json", ".parquet", ".parquet", ".parquet"]);
  });

  test("a bucket that is not there is named", async () => {
    const { code, stderr } = await run("--to", "s3://no-such-bucket/x");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "stocktake: S3 GetObject s3://no-such-bucket/x/manifest.json failed: NoSuchBucket: simulated. Make the bucket first, or name another\n",
    });
  });
});

test.each(["docs/exports.md", "docs/recipes/exports.md"])("%s: its queries of files run", async (document) => {
  await run("--at", inventory.before, "--to", to);
  writeFileSync(`${to}/owners.csv`, `account,owner\n${FIRST_ACCOUNT},ann\n123456789012,bob\n`);
  const queries = codeBlocks(textOf(document)).filter(
    ({ language, text }) => language === "sql" && text.includes("read_parquet"),
  );
  const here = (sql: string) =>
    sql
      .replaceAll("'march/", `'${to}/`)
      .replace("owners.csv", `${to}/owners.csv`)
      .replace("workspaces.images", MEMBERSHIPS);
  const statements = queries.flatMap(({ text }) =>
    here(text)
      .split(";")
      .filter((each) => each.trim() !== ""),
  );
  expect(statements).toHaveLength(2);
  const [counts, second] = await Promise.all(statements.map((sql) => query(sql)));
  expect(counts?.map(({ source, region, items }) => [source, region, Number(items)])).toEqual([
    [MEMBERSHIPS, "eu-west-1", 7],
    [MEMBERSHIPS, "us-east-1", 3],
    ["sagemaker.associations", "eu-west-1", 2],
  ]);
  if (document === "docs/exports.md") expect(second).toHaveLength(10);
  else
    expect(second?.map(({ owner, items }) => [owner, Number(items)])).toEqual([
      ["ann", 7],
      ["bob", 5],
    ]);
});

describe("large collections", () => {
  const collection = collectionOf(MEMBERSHIPS, { account: FIRST_ACCOUNT, region: "eu-west-1" });
  const items = async () => {
    const snapshot = await openRead(inventory.store, inventory.before);
    const page = await readItems(snapshot, collection, {}, { limit: 100 });
    return page.rows.map((item) => ({ ...itemBody(item), name: item.key }));
  };
  async function* each<Item>(all: readonly Item[]) {
    yield* all;
  }

  test("are several files, and an export goes on after each", async () => {
    const all = await items();
    const options = {
      destination: folderDestination(to),
      format: "ndjson",
      asOf: inventory.before,
      maxItems: 3,
    } as const;
    let end: FileEnd | undefined;
    for await (const written of writeFiles(each(all), options)) {
      end = written.end;
      break;
    }
    expect(end).toEqual({ collection, part: 0, key: all[2]?.key });
    const rest = writeFiles(each(all.slice(3)), { ...options, after: end });
    for await (const { file } of rest) expect(file.items).toBeLessThanOrEqual(3);
    expect(filesIn(to).map((file) => path.basename(file))).toEqual([
      "items-00000.ndjson",
      "items-00001.ndjson",
      "items-00002.ndjson",
    ]);
    const rows = await rowsIn(to, "ndjson");
    expect(rows.map(({ key }) => key)).toEqual(all.map(({ key }) => key));
  });

  test("are uploaded in parts, of which nothing is left when the upload is given up", async () => {
    const many = Array.from({ length: 900 }, (_, n) => ({ n, row: n }));
    const [item] = await items();
    if (!item) throw new Error("the inventory has no items");
    const client = new S3Client({
      ...{ region: "eu-west-1", endpoint: bucket.url, forcePathStyle: true },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const destination = bucketDestination(client, { bucket: BUCKET, prefix: "large" }, 1_000_000);
    // Text of 20,000 characters does not compress as CSV.
    const large = many.map(({ n }) => ({
      ...item,
      key: String(n).padStart(4, "0"),
      document: { n, text: "x".repeat(20_000) },
    }));
    const options = { destination, format: "csv", asOf: inventory.before } as const;
    let sha256: string | undefined;
    for await (const { file } of writeFiles(each(large), options)) sha256 = file.sha256;
    const [object] = [...bucket.objects].filter(([key]) => key.startsWith("large/")).map(([, content]) => content);
    expect(
      createHash("sha256")
        .update(object ?? "")
        .digest("hex"),
    ).toBe(sha256);
    expect(bucket.requests.filter((request) => /^POST\?uploads large/.test(request))).toHaveLength(1);
    expect(bucket.uploads.size).toBe(0);

    bucket.objects.clear();
    async function* broken() {
      yield* large;
      throw new Error("the inventory is gone");
    }
    const writing = async () => {
      for await (const written of writeFiles(broken(), options)) expect(written).toBeUndefined();
    };
    await expect(writing()).rejects.toThrow("the inventory is gone");
    expect([bucket.objects.size, bucket.uploads.size]).toEqual([0, 0]);
    client.destroy();
  });
});

describe("invalid arguments are one line", () => {
  test.each<[string, string[], number, RegExp]>([
    ["no destination", [], 2, /required option '--to <destination>' not specified/],
    ["an empty destination", ["--to", ""], 2, /--to is empty: name a folder, or s3:\/\/bucket\/prefix/],
    ["another scheme", ["--to", "gs://bucket/x"], 2, /--to gs:\/\/bucket\/x is not a folder, nor a bucket/],
    ["no bucket", ["--to", "s3:///x"], 2, /is not a folder, nor a bucket and a prefix, like s3:/],
    ["a prefix that goes up", ["--to", "s3://bucket/x/../y"], 2, /is not a folder, nor a bucket/],
    ["an unknown format", ["--to", "x", "--format", "xlsx"], 2, /Allowed choices are parquet, csv, ndjson/],
    ["an instant that is none", ["--to", "x", "--at", "soon"], 2, /--at must be a date/],
    ["an unknown source", ["--to", "x", "--source", "s3.buckets"], 2, /--source .*s3\.buckets/],
    ["a profile for nothing", ["--to", "x", "--profile", "p"], 2, /they need --api/],
    ["a file in the way", ["--to", import.meta.filename], 1, /cannot export into .*export\.test\.ts: .*it is a file/],
  ])("%s", async (_what, args, code, line) => {
    const before = filesIn(folder.folder).length;
    const result = await run(...args);
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).toMatch(line);
    expect(result.stderr).toMatch(/^stocktake: [^\n]+\n$/);
    expect(filesIn(folder.folder)).toHaveLength(before);
  });

  test("an instant outside the retention period", async () => {
    const { code, stderr } = await run("--at", "2001-01-01", "--to", to);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("--at 2001-01-01") });
  });
});
