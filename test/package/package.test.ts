import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serviceOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import packageFile from "../../package.json" with { type: "json" };
import { checkTypes } from "./consumer-types.ts";
import { copyExample, install, pack, ROOT, type Tarball } from "./installed-package.ts";

/** The package as npm packs it, installed into an empty folder, and the examples that use it there. */

const run = promisify(execFile);
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

let folder: string;
let app: string;
let tarball: Tarball;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "stocktake-package-")));
  app = path.join(folder, "app");
  tarball = await pack(folder);
  await install(tarball.file, app, ["aws-cdk-lib", "constructs"]);
  writeFileSync(path.join(app, "package.json"), '{ "type": "module" }');
  copyExample("cdk-app", app);
  copyExample("follow-changes", app);
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true }));

test("the package has the command, the construct, the client and its documents, and no source or test", () => {
  const names = tarball.files.map((file) => file.path);
  expect(names).toEqual(
    expect.arrayContaining([
      ...["LICENSE", "README.md", "CHANGELOG.md", "docs/runbook.md", "stocktake.config.schema.json"],
      ...["bin/stocktake.mjs", "dist/stocktake.mjs", "dist/THIRD_PARTY_LICENSES.txt"],
      ...[
        "dist/cdk/index.js",
        "dist/cdk/code/api/index.mjs",
        "dist/cdk/code/discover/index.mjs",
        "dist/cdk/code/export/index.mjs",
        "dist/client/index.js",
        "dist/client/index.d.ts",
      ],
    ]),
  );
  expect(names.filter((name) => /^(test|functions|cli|infra|simulator|bench|node_modules)\//.test(name))).toEqual([]);
  expect(names.filter((name) => /(?<!\.d)\.ts$/.test(name))).toEqual([]);
  expect(tarball.size).toBeLessThan(5_000_000);
});

test("the licenses of all bundled packages come along", () => {
  const text = readFileSync(path.join(app, "node_modules/stocktake/dist/THIRD_PARTY_LICENSES.txt"), "utf8");
  for (const name of [
    "commander",
    "hono",
    "preact",
    "@dagrejs/dagre",
    "zod",
    "@aws-sdk/client-sagemaker",
    "@aws-lambda-powertools/logger",
  ]) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|MIT-0|Apache-2\\.0)\\)$`, "m"));
  }
});

describe("npx stocktake start", () => {
  let child: ChildProcess;
  let origin: string;

  beforeAll(async () => {
    // A group of its own: npx runs the command in a process below its own.
    child = spawn("npx", ["--no", "stocktake", "start", "--days", "0"], {
      cwd: app,
      detached: true,
      env: { ...process.env, PORT: "0", STOCKTAKE_DATA: path.join(folder, "data") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    origin = await addressPrintedBy(child);
  });

  afterAll(async () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    const closed = once(child, "close");
    process.kill(-child.pid, "SIGTERM");
    await closed;
  });

  test("serves the inventory of a simulated account, and the explorer", async () => {
    const { items } = (await (await fetch(`${origin}/v1/sources?limit=1000`)).json()) as { items: { id: string }[] };
    expect(items.map(({ id }) => id).sort()).toEqual(SOURCES.map(({ id }) => id).sort());
    const page = await (await fetch(origin)).text();
    const modules = [...page.matchAll(/(?:src|href)="(\/explorer\/[^"]+\.js)"/g)].map(([, file]) => file ?? "");
    expect(modules).toContain("/explorer/app.js");
    for (const file of modules) expect((await fetch(origin + file)).status, file).toBe(200);
  });

  test("the follower of the change log writes every change once, though a run dies before it saved its position", async () => {
    const first = await followed();
    expect(first.length).toBeGreaterThan(100);
    appendFileSync(path.join(app, "changes.jsonl"), '{"id":"half a');
    const all = await followed();
    const { position } = JSON.parse(readFileSync(path.join(app, "changes.jsonl.position"), "utf8"));
    expect(identified(all)).toEqual(identified(await changesUntil(position.since)));
    expect(all.slice(0, first.length)).toEqual(first);
  });

  interface Change {
    readonly id: string;
    readonly at: string;
  }

  /** Runs the example's program, and reads what it has written. */
  async function followed(): Promise<Change[]> {
    await run(process.execPath, ["main.js"], { cwd: app, env: { ...process.env, STOCKTAKE_URL: origin } });
    const lines = readFileSync(path.join(app, "changes.jsonl"), "utf8").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line));
  }

  async function changesUntil(until: string): Promise<Change[]> {
    const changes: Change[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ until, limit: "1000", ...(cursor !== undefined && { cursor }) });
      const page = (await (await fetch(`${origin}/v1/changes?${query}`)).json()) as {
        items: Change[];
        nextCursor?: string;
      };
      changes.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return changes;
  }

  const identified = (changes: readonly Change[]) => changes.map(({ id, at }) => `${at} ${id}`).sort();
});

/** The address at which a command says that it serves. */
async function addressPrintedBy(child: ChildProcess): Promise<string> {
  let output = "";
  child.stderr?.on("data", (chunk) => {
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      const found = /curl '(http:\/\/127\.0\.0\.1:\d+)\//.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once("close", (code) => reject(new Error(`start ended with ${code}: ${output}`)));
  });
}

describe("stocktake/cdk", () => {
  test("another CDK app synthesizes its inventory and the reader of other accounts", async () => {
    const out = path.join(folder, "cdk.out");
    mkdirSync(out);
    // test/infra/ validates what the construct makes.
    const env = { ...process.env, CDK_OUTDIR: out, CDK_VALIDATION: "false" };
    await run(process.execPath, ["--import", TSX, "app.ts"], { cwd: app, env });
    const resources = (stack: string) =>
      Object.values<{ Type: string; Condition?: string; Properties: { Code?: { S3Key: string } } }>(
        JSON.parse(readFileSync(path.join(out, `${stack}.template.json`), "utf8")).Resources,
      );
    const functions = resources("Platform").filter(({ Type }) => Type === "AWS::Lambda::Function");
    expect(functions).toHaveLength(new Set(SOURCES.map(({ id }) => serviceOf(id))).size + 1);
    for (const { Properties } of functions) {
      const asset = path.join(out, `asset.${path.parse(Properties.Code?.S3Key ?? "").name}`);
      expect(readdirSync(asset)).toEqual(expect.arrayContaining(["index.mjs", "index.mjs.map", "later.mjs"]));
    }
    const roles = resources("Platform-reader").filter(({ Condition }) => Condition === "InInventoryRegion");
    expect(roles).toHaveLength(1);
  });

  test("a CommonJS app can load it", async () => {
    const program = 'const { Inventory, ConfigurationError } = require("stocktake/cdk"); console.log(Inventory.name)';
    const { stdout } = await run(process.execPath, ["--input-type=commonjs", "--eval", program], { cwd: app });
    expect(stdout.trim()).toBe("Inventory");
  });
});

test("the declarations accept right use, and refuse wrong", () => {
  const example = (name: string) => readFileSync(path.join(app, name), "utf8");
  const { problems, missing } = checkTypes(app, {
    "follow-changes.js": example("follow-changes.js"),
    "main.js": example("main.js"),
    "right.ts": `
      import { Inventory, type InventoryProps } from "stocktake/cdk";
      const regions: readonly string[] = ["eu-west-1"];
      const props: InventoryProps = { targets: [{ regions }], sources: { "workspaces.images": { enabled: false } } };
      export const ids: string[] = new Inventory({}, "Inventory", props).sources.map(({ source }) => source.id);`,
    "responses.ts": `
      import { createClient, entriesOf, type operations } from "stocktake/client";
      const api = createClient({ baseUrl: "http://127.0.0.1:8787" });
      type Items = operations["listItems"];
      export const query: Items["parameters"]["query"] = { source: "sagemaker.associations", state: "removed" };
      export function newest(page: Items["responses"][200]["content"]["application/json"]): string {
        return page.items[0]?.id ?? page.nextCursor ?? page.asOf;
      }
      export async function since(node: string): Promise<(string | undefined)[]> {
        const { data } = await api.GET("/v1/graph", { params: { query: { node, depth: 2, fields: "firstSeenAt" } } });
        return data?.edges.map(({ item }) => item?.firstSeenAt) ?? [];
      }
      export async function keys(): Promise<(string | undefined)[]> {
        const keys = [];
        for await (const { key } of entriesOf(api, "/v1/items", { query: { at: "24h" } })) keys.push(key);
        return keys;
      }`,
    "wrong.ts": `
      import { createClient, entriesOf } from "stocktake/client";
      import { Inventory, type InventorySettings } from "stocktake/cdk";
      export const settings: InventorySettings = { retention: 9 };
      export const inventory = new Inventory({}, "Inventory", { removalPolicy: "keep" });
      const { data } = await createClient({ baseUrl: "" }).GET("/v1/items", { params: { query: { state: "deleted" } } });
      export const colour = data?.items[0]?.colour;
      export const graph = entriesOf(createClient({ baseUrl: "" }), "/v1/graph", {});`,
  });
  expect(missing).toEqual([]);
  expect(problems).toEqual({
    ...{ "follow-changes.js": [], "main.js": [], "right.ts": [], "responses.ts": [] },
    "wrong.ts": [
      expect.stringContaining("'retention' does not exist in type"),
      expect.stringContaining(`'"keep"' is not assignable`),
      expect.stringContaining(`'"deleted"' is not assignable`),
      expect.stringContaining("'colour' does not exist"),
      expect.stringContaining(`'"/v1/graph"' is not assignable`),
    ],
  });
});

test("the examples install this version, with the CDK that it is tested with", () => {
  const example = (name: string) => JSON.parse(readFileSync(path.join(ROOT, "examples", name, "package.json"), "utf8"));
  const { stocktake, ...cdk } = example("cdk-app").dependencies;
  expect(stocktake).toBe(`file:../stocktake-${packageFile.version}.tgz`);
  expect(packageFile.devDependencies).toMatchObject({ ...cdk, ...example("cdk-app").devDependencies });
  expect(example("follow-changes").dependencies).toEqual({ stocktake });
});
