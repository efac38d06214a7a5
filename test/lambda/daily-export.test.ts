import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLocalApi } from "../../cli/local-api.ts";
import type { Manifest } from "../../functions/export/manifest.ts";
import { bucketDestination } from "../../functions/export/s3.ts";
import { createDailyExport } from "../../functions/lambda/daily-export.ts";
import { exportEnvironment } from "../../functions/lambda/export-environment.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { MEMBERSHIPS } from "../api/harness/documents.ts";
import type { ItemBody, Page } from "../api/harness/walk.ts";
import { newFolder } from "../cli/cli.ts";
import { codeBlocks, textOf } from "../docs/markdown.ts";
import { type BucketServer, startBucket } from "../export/bucket.ts";
import { query, rowsIn } from "../export/duckdb.ts";
import { type ExportedInventory, makeInventory } from "../export/inventory.ts";

/** The function that exports once a day: each midnight's inventory, once and whole, whatever ends a run. */

const BUCKET = "exports-of-tests";
const MINUTE = 60_000;
const DAY = 86_400_000;
const MIDNIGHT = Math.floor(Date.now() / DAY) * DAY;
const TODAY = new Date(MIDNIGHT).toISOString().slice(0, 10);
const MANIFEST = `stocktake/exports/day=${TODAY}/manifest.json`;

let folder: Awaited<ReturnType<typeof newFolder>>;
let inventory: ExportedInventory;
let bucket: BucketServer;
let client: S3Client;

beforeEach(async () => {
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  folder = await newFolder();
  bucket = await startBucket(BUCKET);
  client = new S3Client({
    ...{ region: "eu-west-1", endpoint: bucket.url, forcePathStyle: true, maxAttempts: 1 },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  // Some items went a quarter of an hour after midnight.
  inventory = await makeInventory(folder.folder, MIDNIGHT + 15 * MINUTE);
  inventory.setNow(MIDNIGHT + 17 * MINUTE);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  client.destroy();
  await inventory.store.close();
  await bucket.close();
  await folder.remove();
});

/** A run of the function that Lambda ends after so many milliseconds. */
function run(remainingMs = 15 * MINUTE) {
  const destination = bucketDestination(client, { bucket: BUCKET, prefix: "stocktake" });
  const exporting = createDailyExport({ store: inventory.store, sources: SOURCES, retentionDays: 90, destination });
  return exporting({ kind: "export" }, { getRemainingTimeInMillis: () => remainingMs });
}

const exported = () => new Map([...bucket.objects].filter(([key]) => !key.includes("/progress/")));

/** Puts the objects into a folder, where DuckDB reads them. */
function download(): string {
  for (const [key, content] of bucket.objects) {
    const file = path.join(folder.folder, "bucket", key);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return path.join(folder.folder, "bucket/stocktake");
}

async function answeredAt(instant: string): Promise<readonly ItemBody[]> {
  const api = createLocalApi(inventory.store, { retentionDays: 90 });
  const answer = await api.request(`/v1/items?limit=100&at=${instant}`);
  return ((await answer.json()) as Page<ItemBody>).items;
}

test("exports what the API answers for midnight, with the manifest last", async () => {
  const asOf = new Date(MIDNIGHT).toISOString();
  expect(await run()).toEqual({ day: TODAY, outcome: "exported", asOf, items: 12, files: 3 });
  expect(bucket.requests.at(-1)).toBe(`PUT ${MANIFEST}`);
  const manifest: Manifest = JSON.parse(String(bucket.objects.get(MANIFEST)));
  expect(manifest).toMatchObject({ as_of: asOf, format: "parquet", items: 12 });
  expect(manifest.files.map((file) => file.path)).toEqual([
    expect.stringMatching(
      `^items/day=${TODAY}/source=cleanrooms.memberships/account=\\d+/region=eu-west-1/items-00000.parquet$`,
    ),
    expect.stringContaining("/source=cleanrooms.memberships/account=123456789012/region=us-east-1/"),
    expect.stringContaining("/source=sagemaker.associations/"),
  ]);
  const rows = await rowsIn(`${download()}/items/day=${TODAY}`, "parquet");
  const answered = await answeredAt(asOf);
  expect(rows.map(({ id, as_of, document }) => [id, as_of, document])).toEqual(
    answered.map(({ id, document }) => [id, asOf, JSON.stringify(document)]),
  );
});

test("a day is exported once, and the next day again", async () => {
  await run();
  bucket.requests.length = 0;
  expect(await run()).toEqual({ day: TODAY, outcome: "exported earlier" });
  expect(bucket.requests).toEqual([`GET ${MANIFEST}`]);
  inventory.setNow(MIDNIGHT + DAY);
  const asOf = await inventory.store.readTimestamp();
  expect(await run()).toMatchObject({ outcome: "exported", asOf, items: 7, files: 2 });
});

describe("a run that does not come to the end", () => {
  test("is gone on with, at the same instant, whatever is synced meanwhile", async () => {
    await run();
    const whole = exported();
    bucket.objects.clear();

    for (const files of [1, 2]) {
      expect(await run(MINUTE - 1_000)).toMatchObject({ outcome: "to be continued", files });
      expect(bucket.objects.has(MANIFEST)).toBe(false);
      inventory.setNow(MIDNIGHT + (17 + files) * MINUTE);
      await inventory.world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: [], approveRemovals: true });
      await inventory.world.sync({ source: "workspaces.images", documents: [{ ImageId: `wsi-${files}` }] });
    }
    bucket.requests.length = 0;
    expect(await run()).toMatchObject({ outcome: "exported", items: 12, files: 3 });
    expect(bucket.requests.filter((request) => /^PUT .*\.parquet$/.test(request))).toHaveLength(1);
    expect(withoutFreshness(exported())).toEqual(withoutFreshness(whole));
  });

  test("fails, leaves nothing that looks finished, and the next one ends it", async () => {
    bucket.fail(/^PUT .*region=us-east-1/);
    await expect(run()).rejects.toThrow(
      /S3 PutObject s3:\/\/exports-of-tests\/stocktake\/items\/.* failed: AccessDenied/,
    );
    expect(bucket.objects.has(MANIFEST)).toBe(false);
    bucket.fail(undefined);
    expect(await run()).toMatchObject({ outcome: "exported", items: 12, files: 3 });
  });

  test("that no other ends within the day is an error of the next day, once", async () => {
    await run(MINUTE - 1_000);
    inventory.setNow(MIDNIGHT + DAY);
    await expect(run()).rejects.toThrow(`the export of ${TODAY} was not finished within its day`);
    expect(await run()).toMatchObject({ outcome: "exported earlier" });
  });
});

test("two runs at once give one export", async () => {
  const both = await Promise.all([run(), run()]);
  expect(both.map(({ asOf, files }) => [asOf, files])).toEqual(
    [both[0], both[0]].map((one) => [one?.asOf, one?.files]),
  );
  const objects = exported();
  expect(objects.size).toBe(4);
  bucket.objects.clear();
  await run();
  expect(withoutFreshness(objects)).toEqual(withoutFreshness(exported()));
});

/** The objects' texts. A manifest says how fresh the inventory was when its export began. */
function withoutFreshness(objects: ReadonlyMap<string, Buffer>) {
  return Object.fromEntries(
    [...objects].sort().map(([key, content]) => [key, content.toString("latin1").replace(/"fresh_at":"[^"]+"/, "")]),
  );
}

describe("docs/recipes/exports.md", () =>
  test("its queries give what they say, of finished exports only", async () => {
    await run();
    inventory.setNow(MIDNIGHT + DAY);
    await run(MINUTE - 1_000);
    const root = download();
    // Athena's tables, as DuckDB reads them.
    const tables = `
    CREATE VIEW items AS SELECT * FROM read_parquet('${root}/items/*/*/*/*/*.parquet', hive_partitioning = true, hive_types = {'day': VARCHAR});
    CREATE VIEW exports AS SELECT * FROM read_json('${root}/exports/*/*.json', format = 'newline_delimited', hive_partitioning = true,
      hive_types = {'day': VARCHAR}, columns = {as_of: 'VARCHAR', fresh_at: 'VARCHAR', items: 'BIGINT'});
    CREATE MACRO json_extract_scalar(document, path) AS json_extract_string(document, path);`;
    const queries = codeBlocks(textOf("docs/recipes/exports.md"))
      .filter(({ language, text }) => language === "sql" && !text.includes("read_parquet"))
      .map(({ text }) =>
        text
          .replaceAll("2026-03-01", TODAY)
          .replaceAll("2026-03-02", new Date(MIDNIGHT + DAY).toISOString().slice(0, 10)),
      );
    expect(queries).toHaveLength(3);
    const [days, asOf, gone] = await Promise.all(queries.map((sql) => query(sql, tables)));
    expect(days?.map(({ day, items }) => [day, Number(items)])).toEqual([[TODAY, 12]]);
    expect(asOf?.map(({ key }) => key).sort()).toEqual(
      (await answeredAt(new Date(MIDNIGHT).toISOString()))
        .filter(({ source }) => source === MEMBERSHIPS)
        .map(({ key }) => key)
        .sort(),
    );
    // The second day is not finished: nothing is known to be gone.
    expect(gone).toEqual([]);
    await run();
    const after = await query(queries[2] ?? "", tables.replaceAll(root, download()));
    expect(after).toHaveLength(5);
  }));

test("an invalid environment is one line", () => {
  expect(() => exportEnvironment({ STOCKTAKE_EXPORT_PREFIX: "/x" })).toThrow(
    /^Invalid environment: STOCKTAKE_EXPORT_BUCKET is not set; STOCKTAKE_EXPORT_PREFIX=\/x begins or ends with \/$/,
  );
});
