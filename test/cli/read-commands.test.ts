import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { createLocalApi } from "../../cli/local-api.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { describeWith, SCRIPT } from "../installed.ts";
import { commandFile, FIVE_SOURCES, finished, TARGET, withStored } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { onTerminal } from "./terminal.ts";
import { startWorld, useWorld } from "./world.ts";

const IMAGES = "workspaces.images";

interface Body {
  readonly items: readonly Record<string, unknown>[];
  readonly edges: readonly Record<string, unknown>[];
}

const world = useWorld({ associations: 120 }, { once: true, run: runInProcess });
let env: NodeJS.ProcessEnv;
/** Between the first sync and the one that saw one image renamed and another removed. */
let between: string;
let renamed: string;
let removed: string;

beforeAll(async () => {
  const { account, sync } = world();
  env = world().env;
  expect(await sync()).toMatchObject({ code: 0 });
  between = new Date().toISOString();
  const [first, second] = [...account.images];
  if (!first || !second) throw new Error("the seed has too few images");
  [renamed, removed] = [first.ImageId, second.ImageId];
  account.images.put({ ...first, Name: "renamed \u001b[31m名前" });
  account.removeImage(second.ImageId);
  expect(await sync("--source", IMAGES)).toMatchObject({ code: 0 });
});

const run = (...args: string[]) => world().run(...args);
const answered = (request: string) =>
  withStored(env, async (store) => {
    const answer = await createLocalApi(store, { retentionDays: 400 }).request(request);
    return (await answer.json()) as Body;
  });
const linesOf = (text: string) => text.split("\n").slice(0, -1);
const jsonOf = (text: string) => linesOf(text).map((line) => JSON.parse(line) as Record<string, unknown>);

describe("--json prints the API's entries, one a line", () => {
  test("items, of all sources", async () => {
    const { code, stdout, stderr } = await run("items", "--all", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(jsonOf(stdout)).toEqual((await answered("/v1/items?limit=1000&names=true")).items);
  });

  test("items that options choose", async () => {
    const chosen = ["--source", IMAGES, "--region", TARGET.region, "--account", TARGET.account, "--scope", "all"];
    const filters = [
      "--filter",
      "State=AVAILABLE",
      "--filter",
      "OperatingSystem.Type=WINDOWS",
      "--fields",
      "key,document.Name",
    ];
    const { stdout } = await run("items", ...chosen, ...filters, "--state", "all", "--json");
    const { items } = await answered(
      `/v1/items?source=${IMAGES}&state=all&filter[State]=AVAILABLE&filter[OperatingSystem.Type]=WINDOWS&fields=key,document.Name`,
    );
    expect(items.length).toBeGreaterThan(0);
    expect(jsonOf(stdout)).toEqual(items);
  });

  test("items as of an instant, or as of so long ago", async () => {
    const then = await run("items", "--source", IMAGES, "--at", between, "--all", "--json");
    expect(jsonOf(then.stdout)).toEqual((await answered(`/v1/items?source=${IMAGES}&at=${between}&names=true`)).items);
    expect(jsonOf(then.stdout).map(({ key }) => key)).toContain(removed);
    const longAgo = await run("items", "--source", IMAGES, "--at", "7d", "--json");
    expect(longAgo).toEqual({ code: 0, stdout: "", stderr: "stocktake: No items.\n" });
  });

  test("changes since an instant, and until one", async () => {
    const since = await run("changes", "--source", IMAGES, "--since", between, "--json");
    expect(jsonOf(since.stdout)).toEqual(
      (await answered(`/v1/changes?source=${IMAGES}&since=${between}&order=desc&names=true`)).items,
    );
    expect(new Set(jsonOf(since.stdout).map(({ kind, key }) => `${kind} ${key}`))).toEqual(
      new Set([`modified ${renamed}`, `removed ${removed}`]),
    );
    const until = await run(
      "changes",
      "--source",
      IMAGES,
      "--until",
      between,
      "--since",
      "1h",
      "--kind",
      "added",
      "--initial",
      "--order",
      "asc",
      "--json",
    );
    expect(jsonOf(until.stdout)).toEqual(
      (await answered(`/v1/changes?source=${IMAGES}&until=${between}&names=true`)).items,
    );
    const news = await run("changes", "--source", IMAGES, "--until", between);
    expect(news).toEqual({ code: 0, stdout: "", stderr: "stocktake: No changes.\n" });
  });

  test("the edges of a graph", async () => {
    const query = `node=${removed}&at=${between}&direction=both&depth=2`;
    const { edges } = await answered(`/v1/graph?${query}`);
    expect(edges.length).toBeGreaterThan(1);
    const options = ["--node", removed, "--at", between, "--direction", "both", "--depth", "2"];
    expect(jsonOf((await run("graph", ...options, "--json", "--all")).stdout)).toEqual(edges);
    const cut = await run("graph", ...options, "--json", "--limit", "1");
    expect(jsonOf(cut.stdout)).toEqual(edges.slice(0, 1));
    expect(cut.stderr).toMatch(/^stocktake: Showing 1 edges\. [^\n]+\n$/);
  });
});

describe("--format", () => {
  test("csv and yaml have the same entries as json", async () => {
    const query = ["items", "--source", IMAGES, "--all"];
    const entries = jsonOf((await run(...query, "--format", "json")).stdout);
    const yaml = await run(...query, "--format", "yaml");
    expect(parseYaml(yaml.stdout)).toEqual(entries);
    const { stdout } = await run(...query, "--format", "csv", "--columns", "key,document.State");
    const rows = entries.map(({ key, document }) => `${key},${(document as { State: string }).State}`);
    expect(stdout.split("\r\n")).toEqual(["key,document.State", ...rows, ""]);
    const chosen = await run(...query, "--json", "--columns", "document.State,key");
    expect(jsonOf(chosen.stdout)).toEqual(
      entries.map(({ key, document }) => ({ key, document: { State: (document as { State: string }).State } })),
    );
  });

  test("csv has instants where a table says how long ago", async () => {
    const { stdout } = await run("changes", "--source", IMAGES, "--kind", "removed", "--format", "csv");
    expect(stdout).toMatch(/^at,kind,account,region,name,what\r\n\d{4}-\d\d-\d\dT[\d:.]+Z,removed,/);
    expect((await run("show", renamed, "--format", "csv")).stdout).toMatch(/^name,id,.*\r\n.*名前/);
  });

  test("members that nothing has are said", async () => {
    const { stdout, stderr } = await run("items", "--source", IMAGES, "--columns", "key,document.Nome");
    expect(stdout).toContain(renamed);
    expect(stderr).toMatch(/^stocktake: None of these has "document\.Nome": they have .*\n$/);
  });
});

describe("status", () => {
  test("says how much there is and how fresh it is, and what is wrong with what failed", async () => {
    const { code, stdout } = await run("status");
    expect(code).toBe(0);
    for (const { id } of SOURCES) expect(stdout).toMatch(new RegExp(`^${id} .* ok$`, "m"));

    const other = await startWorld({ associations: 5 }, { run: runInProcess });
    other.simulator.faults.add({ kind: "deny", operation: "ListMemberships" });
    await other.sync(...FIVE_SOURCES);
    const failed = await other.run("status");
    const json = await other.run("status", "--source", "cleanrooms.memberships", "--json");
    await other.close();
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(/^cleanrooms\.memberships .* failed$/m);
    expect(failed.stdout).toMatch(/^cleanrooms\.memberships \d+\/\S+: .*AccessDenied/m);
    expect(failed.stdout).toMatch(/^workspaces\.images .* ok$/m);
    expect(jsonOf(json.stdout)).toMatchObject([{ source: "cleanrooms.memberships", state: "failed", items: 0 }]);
  });
});

describe("one item", () => {
  test("is found by its name, its key and its short id, and shown with its versions", async () => {
    const { items } = await answered(
      `/v1/items?source=${IMAGES}&filter[ImageId]=${renamed}&fields=shortId,document.Name,name`,
    );
    const { shortId } = items[0] as { shortId: string };
    for (const text of [renamed, shortId, "名前"]) {
      const { code, stdout } = await run("show", text);
      expect({ text, code }).toEqual({ text, code: 0 });
      expect(stdout).toMatch(new RegExp(`^key +${renamed}$`, "m"));
    }
    const history = await run("history", renamed);
    expect(history.stdout).toMatch(/^WHEN +VERSION +KIND +WHAT\n.* modified +Name ".*名前"\n.* added/);
    const tombstone = jsonOf((await run("show", removed, "--json")).stdout);
    expect(tombstone).toMatchObject([{ key: removed, state: "removed" }]);
    const found = jsonOf((await run("search", "名前", "--json")).stdout);
    expect(found).toMatchObject([{ shortId, source: IMAGES }]);
  });

  test("that is none, or may be several, is said with what to do", async () => {
    // Long names of words and hyphens look much like ids.
    for (const name of ["no-such-thing", "pipelines-0123456789ab-demand-forecast-evaluate-aws-processing-job"]) {
      expect(await run("show", name)).toMatchObject({
        code: 2,
        stderr: `stocktake: no item is called "${name}": look with \`npx stocktake search\`\n`,
      });
    }
    const { code, stderr } = await run("history", "wsi-");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^stocktake: "wsi-" may be [\da-f]{12} \(.*, and others: give one of these ids\n$/);
  });
});

describe("diff", () => {
  test("shows what was added, removed and modified between two instants, with what differs", async () => {
    const { code, stdout } = await run("diff", between, "--source", IMAGES);
    expect(code).toBe(0);
    const [where, ...lines] = linesOf(stdout);
    expect(where).toBe(`${IMAGES} ${TARGET.account}/${TARGET.region}`);
    const expected = [
      [new RegExp(`^- \\S+ \\(${removed}\\)$`)],
      [new RegExp(`^~ .*名前 \\(${renamed}\\)$`), /^ {4}Name: ".*" → ".*名前"$/],
    ];
    if (renamed < removed) expected.reverse();
    expect(lines).toEqual(expected.flat().map((line) => expect.stringMatching(line)));
    const all = jsonOf((await run("diff", between, "--json")).stdout);
    expect(all).toEqual((await answered(`/v1/diff?source=${IMAGES}&from=${between}&names=true`)).items);
  });
});

describe("what people should know beside the entries", () => {
  test("a filter's path that no document has, and operators beside =", async () => {
    const none = await run("items", "--source", IMAGES, "--filter", "Nome~x");
    expect(none.stderr).toMatch(/^stocktake: No items\.\nstocktake: .* the path "Nome": they have .*Name/);
    for (const [filter, parameter] of [
      ["Name^renamed", "filter=Name^renamed"],
      ["ImageId!=a,b", "filter=ImageId!:a\\,b"],
      ["State:AVAILABLE,Name~w", "filter=State:AVAILABLE,Name~w"],
    ] as const) {
      const { stdout } = await run("items", "--source", IMAGES, "--filter", filter, "--json");
      const { items } = await answered(`/v1/items?source=${IMAGES}&names=true&${parameter}`);
      expect(items.length).toBeGreaterThan(0);
      expect(jsonOf(stdout)).toEqual(items);
    }
  });

  test("an instant later than all data", async () => {
    for (const args of [
      ["items", "--source", IMAGES],
      ["show", renamed],
    ] as const) {
      const { stderr } = await run(...args, "--at", "2100-01-01");
      expect(stderr).toMatch(/^stocktake: There is data only until \d{4}-.*Z\.\n$/);
    }
  });
});

describe("how much is printed", () => {
  test("50 entries by default, with a note when there are more", async () => {
    const { stdout, stderr } = await run("items", "--json");
    expect(linesOf(stdout)).toHaveLength(50);
    expect(stderr).toBe("stocktake: Showing 50. Use --limit N or --all for more.\n");
    expect(linesOf((await run("changes", "--initial", "--limit", "3", "--json")).stdout)).toHaveLength(3);
  });

  test("no note when there are no more", async () => {
    const { items } = await answered(`/v1/items?source=${IMAGES}`);
    const exact = await run("items", "--source", IMAGES, "--limit", String(items.length), "--json");
    expect(exact.stderr).toBe("");
    expect(linesOf(exact.stdout)).toHaveLength(items.length);
  });

  test("a closed pipe ends the command quietly", async () => {
    const script = `set -o pipefail; "${process.execPath}" "${commandFile()}" items --all --json | head -n 1`;
    const { code, stdout, stderr } = await finished(spawn("bash", ["-c", script], { env }));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(jsonOf(stdout)).toHaveLength(1);
  });
});

describe("tables", () => {
  test("name their columns, and omit a column that the options fix to one value", async () => {
    const { stdout } = await run("items", "--source", IMAGES, "--region", TARGET.region);
    const [heading = "", first = ""] = linesOf(stdout);
    expect(heading).toMatch(/^NAME +RELATION +TO +ACCOUNT +SINCE$/);
    expect(first).toMatch(/^\S.* 123456789012 +(\d+ \w+ ago|now)$/);
  });

  test("show the members that --fields names, without control characters", async () => {
    const { stdout } = await run(
      "items",
      "--source",
      IMAGES,
      "--filter",
      `ImageId=${renamed}`,
      "--fields",
      "key,document.Name",
    );
    expect(stdout).toMatch(/^key +document\.Name\n/);
    expect(linesOf(stdout)[1]).toBe(`${renamed}  renamed [31m名前`);
  });

  test("show what differs, and when removed items were removed", async () => {
    const { stdout } = await run("changes", "--source", IMAGES, "--kind", "modified");
    expect(stdout).toMatch(/Name "[^"]+" → "renamed /);
    const columns = "key,removedAt";
    const { stdout: gone } = await run("items", "--state", "removed", "--source", IMAGES, "--columns", columns);
    expect(gone).toMatch(new RegExp(`^${removed} +\\d{4}-.*Z$`, "m"));
  });

  test("show the depth of each edge", async () => {
    const { stdout } = await run("graph", "--node", renamed);
    expect(stdout).toMatch(/^DEPTH +FROM +RELATION +TO +SOURCE +REGION\n1 +renamed .*Installs +7-Zip /);
  });
});

describeWith([SCRIPT], "on a terminal", () => {
  const shownOn = async (columns: number, args: string, extra: Record<string, string> = {}) =>
    (await onTerminal(columns, args.split(" "), { ...env, ...extra })).written;

  test.each([40, 80, 120])("no line is wider than %i columns", async (columns) => {
    const shown = await shownOn(columns, "changes --initial --limit 60", { NO_COLOR: "1" });
    const rows = linesOf(shown).filter((line) => !line.startsWith("stocktake: "));
    expect(rows.length).toBe(61);
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(columns);
    expect(shown).toContain("…");
  });

  test("there are colors, unless NO_COLOR is set", async () => {
    expect(await shownOn(80, "changes --initial --limit 2")).toContain("\u001b[33mmodified");
    expect(await shownOn(80, "changes --initial --limit 2", { NO_COLOR: "1" })).not.toContain("\u001b[");
    expect(await shownOn(80, "items --help", { NO_COLOR: "1" })).not.toContain("\u001b[");
  });
});

describe("invalid arguments of a reading command are one line and exit code 2", () => {
  test.each<[string, string[], RegExp]>([
    [
      "a source there is not",
      ["items", "--source", "foo"],
      /--source must be one of sagemaker\.associations, .*, not "foo"/,
    ],
    ["a region that is none", ["items", "--region", "mars"], /--region must be a region name/],
    ["an account that is none", ["changes", "--account", "1"], /--account must be twelve digits, not "1"/],
    ["a filter without a value", ["items", "--filter", "State"], /--filter State must be a path and a value/],
    ["a filter with an empty one", ["items", "--filter", "State="], /--filter State= must be a path and a value/],
    ["a filter without a place", ["items", "--filter", "a[=1"], /"filter\[a\[\]" must be a path into the document/],
    ["members there are not", ["items", "--fields", "color"], /--fields must be a comma-separated list/],
    ["an instant that is none", ["items", "--at", "tomorrow"], /--at must be a date .* not "tomorrow"/],
    ["an instant that is not kept", ["items", "--at", "500d"], /--at .* is too long ago: history is kept for 400 days/],
    ["the later before the earlier", ["changes", "--since", "1h", "--until", "2h"], /--since .* is later than --until/],
    ["a past that is not kept", ["diff", "500d"], /<from> .* is too long ago/],
    ["no words", ["search", ""], /search for one to 10 words/],
    ["an empty name", ["show", ""], /no item is called ""/],
    ["no members", ["items", "--columns", ","], /--columns: "" is not a member/],
    ["a member twice", ["items", "--columns", "key,key"], /--columns names key twice/],
    ["members twice", ["items", "--columns", "key", "--fields", "id"], /--fields and --columns both choose members/],
    ["two forms", ["items", "--json", "--format", "csv"], /--json is --format json/],
    ["a limit that is none", ["changes", "--limit", "many"], /--limit many is not a whole number/],
    [
      "a state there is not",
      ["items", "--state", "gone"],
      /'gone' is invalid\. Allowed choices are present, removed, all/,
    ],
    ["a kind there is not", ["changes", "--kind", "new"], /'new' is invalid\. Allowed choices are added, modified/],
    ["a graph from nowhere", ["graph"], /required option '--node <name>' not specified/],
    [
      "a graph that goes too far",
      ["graph", "--node", "x", "--depth", "11"],
      /--depth must be a whole number from 1 to 10/,
    ],
    ["a surplus argument", ["items", "here"], /too many arguments/],
    ["a profile for nothing", ["items", "--profile", "x"], /--profile and --api-region .* need --api/],
    ["an API that is no URL", ["items", "--api", "here"], /--api here is not a URL/],
    ["an API without a region", ["items", "--api", "https://api.example.com"], /say which with --api-region/],
  ])("%s", async (_name, args, message) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^stocktake: [^\n]+\n$/);
    expect(code).toBe(2);
  });
});

test("an empty data folder is not created, and the exit code is 1", async () => {
  const data = path.join(world().folder, "nothing");
  const { code, stdout, stderr } = await runInProcess(["items"], { ...env, STOCKTAKE_DATA: data });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^stocktake: nothing is stored in .*: run `npx stocktake sync` .*\n$/);
  // Once made, an empty inventory of real accounts would be read in place of the demo's.
  for (const [args, code, message] of [
    [["targets", "list"], 0, "No targets."],
    [["targets", "retire", TARGET.account], 2, "there is no target"],
    [["forget", TARGET.account], 2, "there is no target"],
  ] as const) {
    const without = await runInProcess(args, { ...env, STOCKTAKE_DATA: data });
    expect(without).toMatchObject({ code, stderr: expect.stringContaining(message) });
  }
  expect(existsSync(data)).toBe(false);
});
