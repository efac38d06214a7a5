import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import Database from "libsql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { startSimulator } from "../../simulator/server.ts";
import { commandFile, dataOf, TARGET } from "../cli/cli.ts";
import { runInProcess } from "../cli/in-process.ts";
import { type Serving, startServing } from "../cli/serving.ts";
import { startWorld, type World } from "../cli/world.ts";
import { codeBlocks, ROOT, textOf } from "./markdown.ts";

/** The recipes in docs/recipes/, and the programs in docs/api.md, as they are printed, over an inventory of a simulated account. */

const RETIRED = "111122223333";

let world: World;
let serving: Serving;
let webhook: Server;
const posted: string[] = [];
let webhookStatus = 200;
let since: string;

const python = spawnSync("python3", ["--version"]).status === 0;

beforeAll(async () => {
  const sizes = { associations: 30, memberships: 3, accountAssociations: 3, images: 3 };
  world = await startWorld(sizes, { run: runInProcess });
  await syncRetired();
  expect(await world.sync()).toMatchObject({ code: 0 });
  serving = await startServing(world.env);
  since = (await read<{ asOf: string }>("/v1/sources")).asOf;
  webhook = createServer(async (request, response) => {
    const chunks = await request.toArray();
    posted.push(JSON.parse(Buffer.concat(chunks).toString()).text);
    response.writeHead(webhookStatus).end();
  });
  await once(webhook.listen(0, "127.0.0.1"), "listening");
});

afterAll(async () => {
  webhook?.close();
  await serving?.stop();
  await world?.close();
});

/** Syncs another account into the same inventory. */
async function syncRetired(): Promise<void> {
  const account = seedAccount({ accountId: RETIRED, baseTime: Date.UTC(2026, 2, 1), associations: 30, memberships: 3 });
  const simulator = await startSimulator({ account });
  const only = ["--account", RETIRED, "--region", TARGET.region, "--source", "cleanrooms.memberships"];
  const synced = await runInProcess(["sync", ...only], { ...world.env, AWS_ENDPOINT_URL: simulator.url });
  await simulator.close();
  expect(synced).toMatchObject({ code: 0 });
}

/** Writes the program that a page prints into a file, and answers where. */
function programOf(document: string, language: string): string {
  const { text, file } = codeBlocks(textOf(document)).find((block) => block.language === language) ?? {};
  if (text === undefined) throw new Error(`${document} prints no ${language}`);
  const written = path.join(world.folder, file ?? (language === "ts" ? "program.mts" : "program.py"));
  writeFileSync(written, text);
  return written;
}

async function run(program: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(program, args, {
    cwd: world.folder,
    env: { ...world.env, STOCKTAKE_URL: serving.origin, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = [child.stdout, child.stderr].map(async (stream) =>
    Buffer.concat(await stream.toArray()).toString(),
  );
  const [code] = await once(child, "close");
  return { code, stdout: (await stdout) ?? "", stderr: (await stderr) ?? "" };
}

async function read<Body>(path: string): Promise<Body> {
  return (await (await fetch(`${serving.origin}${path}`)).json()) as Body;
}

interface Item {
  readonly key: string;
  readonly document: { readonly Name?: string };
}

async function itemsOf(source: string): Promise<readonly Item[]> {
  return (await read<{ items: readonly Item[] }>(`/v1/items?source=${source}&limit=1000`)).items;
}

test("every recipe is in the list of recipes, and tested here or where its files are made", () => {
  const recipes = readdirSync(path.join(ROOT, "docs/recipes")).filter((file) => file !== "README.md");
  const listed = [...textOf("docs/recipes/README.md").matchAll(/\]\(([a-z-]+\.md)\)/g)].map(([, file]) => file);
  expect(listed.sort()).toEqual(recipes.sort());
  const tests = [import.meta.filename, path.join(ROOT, "test/lambda/daily-export.test.ts")]
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  for (const recipe of recipes) expect(tests).toContain(`describe("docs/recipes/${recipe}"`);
});

describe("docs/recipes/nightly-csv.md", () => {
  test("writes a row for each item of the source", async () => {
    const program = programOf("docs/recipes/nightly-csv.md", "js");
    expect(await run(process.execPath, [program, "workspaces.images", "images.csv"])).toMatchObject({ code: 0 });
    const [heading, ...rows] = readFileSync(path.join(world.folder, "images.csv"), "utf8").trimEnd().split("\r\n");
    expect(heading).toBe("account,region,key,version,firstSeenAt,changedAt,document");
    const images = await itemsOf("workspaces.images");
    expect(rows.map((row) => row.split(",")[2])).toEqual(images.map(({ key }) => key));
    expect(images.length).toBeGreaterThan(0);
  });
});

describe("docs/recipes/grafana.md", () => {
  const rows = [...textOf("docs/recipes/grafana.md").matchAll(/^\| ([^|]+) \| `(\/v1\/[^`]+)` \| (.+) \|$/gm)];

  test.each(rows.map(([, panel = "", url = "", columns = ""]) => ({ panel, url, columns })))(
    "$panel: the query returns rows with the columns",
    async ({ url, columns }) => {
      const range = url
        .replace(/\$\{__from:date:iso\}/, "2026-01-01T00:00:00.000Z")
        .replace(/\$\{__to:date:iso\}/, since);
      const response = await fetch(`${serving.origin}${range}`);
      expect(response.status).toBe(200);
      const { items } = (await response.json()) as { items: Record<string, unknown>[] };
      // No sync has failed here.
      if (url.includes("outcome=failed")) return expect(items).toEqual([]);
      expect(items.length).toBeGreaterThan(0);
      for (const [, column = ""] of columns.matchAll(/`([\w.]+)`/g)) {
        const value = column.split(".").reduce<unknown>((each, name) => Object(each)[name], items[0]);
        expect(value, column).toBeDefined();
      }
    },
  );

  test("has panels", () => expect(rows.length).toBeGreaterThan(3));
});

describe("docs/recipes/sql-tools.md", () => {
  const queries = codeBlocks(textOf("docs/recipes/sql-tools.md")).filter(({ language }) => language === "sql");

  test.each(queries)("the query in line $line finds rows", ({ text }) => {
    const database = new Database(path.join(dataOf(world.folder), "inventory.db"), { readonly: true });
    try {
      expect(database.prepare(text).all().length).toBeGreaterThan(0);
    } finally {
      database.close();
    }
  });

  test.skipIf(!python)("the Python program prints the changes of each day and source", async () => {
    const { code, stdout } = await run("python3", [programOf("docs/recipes/sql-tools.md", "python")]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d cleanrooms\.memberships 6$/m);
  });
});

describe("docs/recipes/retired-account.md", () => {
  test("keeps the history, and the inventory is without the account until it is brought back", async () => {
    const commands = codeBlocks(textOf("docs/recipes/retired-account.md"))
      .filter(({ language }) => language === "sh")
      .flatMap(({ text }) => text.trim().split("\n"))
      .map((line) => line.replace("npx stocktake", `${process.execPath} ${commandFile()}`));
    for (const command of commands) {
      const { code, stdout, stderr } = await run("bash", ["-c", command]);
      expect([command, code], stderr).toEqual([command, 0]);
      if (command.includes("--limit 5")) expect(stdout.trimEnd().split("\n")).toHaveLength(1 + 3);
      if (command.includes("targets list")) expect(stdout).toMatch(/^111122223333 +eu-west-1 +active/m);
    }
    const linesOf = (file: string) => readFileSync(path.join(world.folder, file), "utf8").trimEnd().split("\n");
    for (const file of ["items.jsonl", "changes.jsonl"]) {
      const accounts = linesOf(file).map((line) => JSON.parse(line).account);
      expect(accounts).toEqual([RETIRED, RETIRED, RETIRED]);
    }
    const { stdout } = await run(process.execPath, [commandFile(), "items", "--account", RETIRED, "--json"]);
    expect(stdout).toBe("");
  });
});

describe("docs/recipes/slack.md", () => {
  test("posts every change once, and again after a message that was refused", async () => {
    const [line = ""] = textOf("docs/recipes/slack.md").match(/^npx stocktake changes .+$/m) ?? [];
    expect(line).toContain("https://hooks.slack.com/services/...");
    const { port } = webhook.address() as AddressInfo;
    const words = line
      .split(" ")
      .slice(2)
      .filter((word) => word !== "--follow");
    const own: Record<string, string> = {
      "slack.json": path.join(world.folder, "slack.json"),
      "https://hooks.slack.com/services/...": `http://127.0.0.1:${port}/`,
    };
    const post = () => runInProcess([...words.map((word) => own[word] ?? word), "--slack"], world.env);
    expect(await post()).toMatchObject({ code: 0 });
    expect(posted).toEqual([]);

    const [image] = world.account.images;
    if (!image) throw new Error("the account has no image");
    image.Name = "renamed";
    expect(await world.sync("--source", "workspaces.images")).toMatchObject({ code: 0 });
    webhookStatus = 400;
    expect((await post()).code).toBe(1);
    webhookStatus = 200;
    expect(await post()).toMatchObject({ code: 0 });
    expect(await post()).toMatchObject({ code: 0 });
    const message = expect.stringMatching(
      /^\*Modified: renamed \(workspaces\.images\)\*\n.+\n• Name: .+ -&gt; renamed$/,
    );
    expect(posted).toEqual([message, message]);
  });
});

describe("docs/api.md", () => {
  test.skipIf(!python)("the Python program prints every image", async () => {
    const { code, stdout } = await run("python3", [programOf("docs/api.md", "python")]);
    const images = await itemsOf("workspaces.images");
    expect(code).toBe(0);
    expect(stdout).toBe(images.map(({ key, document }) => `${key} ${document.Name}\n`).join(""));
  });

  test("the TypeScript program prints every change", async () => {
    const program = programOf("docs/api.md", "ts");
    const tsx = path.join(ROOT, "node_modules/tsx/dist/cli.mjs");
    const { code, stdout } = await run(process.execPath, [tsx, program]);
    expect(code).toBe(0);
    const [first] = await itemsOf("workspaces.images");
    expect(stdout).toContain(`added ${first?.key}\n`);
  });
});
