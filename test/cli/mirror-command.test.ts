import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type LoopbackServer, serveOnLoopback } from "../../cli/loopback.ts";
import { openMirror } from "../../functions/store/sqlite/mirror.ts";
import { MEMBERSHIPS, membership } from "../api/harness/documents.ts";
import { newWorld, RETENTION_DAYS, type World } from "../api/harness/world.ts";
import type { Finished } from "./cli.ts";
import { runInProcess } from "./in-process.ts";

/** The commands of a mirror over its life: it follows, its API goes away and comes back, history expires, and it is left behind. */

const DAY_MS = 86_400_000;

let world: World;
let served: LoopbackServer;
let folder: string;
let file: string;
let env: NodeJS.ProcessEnv;
/** What the API does before it answers; undefined to answer at once. */
let before: ((url: URL) => Response | undefined) | undefined;

const run = (...args: string[]): Promise<Finished> => runInProcess(args, env);
const mirror = (...args: string[]) =>
  run("mirror", "--api", served.url, "--api-region", "eu-west-1", "--into", file, ...args);
const rows = async (...args: string[]) => (await run(...args, "--json")).stdout.trimEnd().split("\n");

async function sync(...statuses: string[]): Promise<string> {
  world.advance(60_000);
  const documents = statuses.map((status, n) => membership(n, { status }));
  await world.sync({ source: MEMBERSHIPS, documents, approveRemovals: true });
  return world.store.readTimestamp();
}

beforeAll(async () => {
  world = newWorld();
  served = await serveOnLoopback((request) => before?.(new URL(request.url)) ?? world.app.fetch(request), 0);
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
});
afterAll(async () => {
  await served.close();
  await world.close();
  rmSync(folder, { recursive: true });
});

test("nothing is read from a file before its first copy is whole", async () => {
  await sync("ACTIVE");
  before = (url) =>
    url.pathname === "/v1/changes" ? Response.json({ message: "Forbidden" }, { status: 403 }) : undefined;
  expect(await mirror()).toMatchObject({ code: 1, stderr: expect.stringContaining("the API cannot be copied: ") });
  before = undefined;
  for (const command of [["items"], ["sql", "SELECT * FROM items"]]) {
    expect(await run(...command, "--from", file)).toMatchObject({
      ...{ code: 1, stdout: "" },
      stderr: expect.stringMatching(/is not whole yet, .* run the same `npx stocktake mirror` again to finish it\n$/),
    });
  }
});

describe("--follow", () => {
  test("adds what is new, waits out an API that fails, and ends in order with Ctrl-C", async () => {
    const answered: string[] = [];
    let failures = 0;
    before = (url) => {
      const step = answered.push(url.pathname);
      const polls = answered.filter((each) => each === "/v1/sources").length;
      // The first copy has ended; what is new comes with the next poll, and the API fails meanwhile.
      if (url.pathname === "/v1/changes" && polls > 0 && failures === 0) {
        failures = step;
        return Response.json({ detail: "try again shortly" }, { status: 503, headers: { "retry-after": "0" } });
      }
      // The poll that brought it asks for the sources' states last.
      if (url.pathname === "/v1/sources" && failures > 0) process.listeners("SIGINT").at(-1)?.("SIGINT");
      return undefined;
    };
    const following = mirror("--follow", "--every", "1");
    await vi.waitUntil(() => answered.includes("/v1/sources"), { timeout: 60_000 });
    const at = await sync("ACTIVE", "ACTIVE");
    const { code, stdout, stderr } = await following;
    before = undefined;
    expect([code, stdout.match(/ new changes; as of /g)?.length]).toEqual([0, 1]);
    expect(stderr).toMatch(/try again shortly\. Trying again in \d+ s\.\n/);
    // It was stopped before it noted that poll: the next one brings it.
    expect((await mirror()).stdout).toMatch(new RegExp(`mirror\\.db: \\d+ new changes?; as of ${at}\\n$`));
    expect(await rows("items", "--from", file)).toHaveLength(2);
  });

  test("ends when another process copies into the file", async () => {
    before = (url) => {
      if (url.pathname !== "/v1/sources") return undefined;
      before = undefined;
      void openMirror(file, served.url).then((other) => other.close());
      return undefined;
    };
    expect(await mirror("--follow", "--every", "1")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another process copies into \S+mirror\.db now: this one has stopped\n$/),
    });
  });
});

describe("stocktake sql on a terminal", () => {
  test("goes on after a wrong statement, over several lines, until .quit", async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
    const typed = vi.spyOn(process, "stdin", "get").mockReturnValue(stdin as unknown as typeof process.stdin);
    stdin.end(
      "selec 1;\nSELECT nosuch FROM items;\nDELETE FROM items;\nSELECT 'a;b'\n AS a;\n.tables\n.quit\nSELECT 2;\n",
    );
    const { code, stdout } = await run("sql", "--from", file).finally(() => typed.mockRestore());
    expect(code).toBe(0);
    const said = [
      'near "selec": syntax error\n',
      "no such column: nosuch\n",
      "sql only reads the inventory",
      "a;b\n",
      "items_at\n",
    ];
    const at = said.map((each) => stdout.indexOf(each));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at[0]).toBeGreaterThan(0);
    expect(stdout).toContain("...>");
  });

  test("of a program's statements, the first wrong one ends it", async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: false });
    const piped = vi.spyOn(process, "stdin", "get").mockReturnValue(stdin as unknown as typeof process.stdin);
    stdin.end("SELECT 1 AS a;\nselec 1;\nSELECT 2 AS b");
    const finished = await run("sql", "--from", file).finally(() => piped.mockRestore());
    expect(finished).toEqual({ code: 2, stdout: "a\n1\n", stderr: 'stocktake: near "selec": syntax error\n' });
  });
});

test("--at shows every view of sql as of the instant", async () => {
  const at = await sync("ACTIVE");
  expect(await mirror()).toMatchObject({ code: 0 });
  const removed = await sync();
  expect(await mirror()).toMatchObject({ code: 0 });
  const lives = (...args: string[]) =>
    rows("sql", "--from", file, ...args, `SELECT count(*) AS n FROM items_at WHERE valid_until = '${removed}'`);
  const open = (...args: string[]) =>
    rows("sql", "--from", file, ...args, "SELECT count(*) AS n FROM items_at WHERE valid_until IS NULL");
  expect([await lives(), await open()]).toEqual([['{"n":1}'], ['{"n":0}']]);
  expect([await lives("--at", at), await open("--at", at)]).toEqual([['{"n":0}'], ['{"n":1}']]);
});

test("a mirror keeps what retention drops, and says so when it is left behind", async () => {
  const at = await sync("ACTIVE", "PAUSED");
  expect(await mirror()).toMatchObject({ code: 0 });
  const kept = await rows("items", "--from", file, "--at", at);
  expect(kept).toHaveLength(2);

  world.advance(RETENTION_DAYS * DAY_MS);
  await sync("ACTIVE");
  expect(await (await world.get(`/v1/items?at=${at}`)).text()).toContain("#problem-beyond-retention");
  expect(await mirror()).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /mirror\.db was left behind: .* name another file with --into to begin again; this one keeps what it has\n$/,
    ),
  });
  expect(await rows("items", "--from", file, "--at", at)).toEqual(kept);
});

test("a mirror that follows keeps what its API no longer has", async () => {
  file = path.join(folder, "kept.db");
  const at = await sync("ACTIVE", "PAUSED");
  expect(await mirror()).toMatchObject({ code: 0 });
  const kept = await rows("items", "--from", file, "--at", at);
  for (let days = 0; days <= RETENTION_DAYS; days += RETENTION_DAYS / 2) {
    world.advance((RETENTION_DAYS * DAY_MS) / 2);
    await sync(`S${days}`);
    expect(await mirror()).toMatchObject({ code: 0 });
  }
  expect(await (await world.get(`/v1/items?at=${at}`)).text()).toContain("#problem-beyond-retention");
  expect(await rows("items", "--from", file, "--at", at)).toEqual(kept);
  expect(await rows("changes", "--from", file, "--since", at, "--all")).toHaveLength(4);
});
