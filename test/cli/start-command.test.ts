import type { ChildProcess } from "node:child_process";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { startSimulator } from "../../simulator/server.ts";
import {
  environment,
  FIVE_SOURCES,
  finished,
  jsonLines,
  makeInventory,
  newFolder,
  startCommand,
  TARGET,
  TARGET_ARGUMENTS,
} from "./cli.ts";
import { runInProcess } from "./in-process.ts";

let folder: Awaited<ReturnType<typeof newFolder>>;

beforeAll(async () => {
  folder = await newFolder();
});
afterAll(() => folder.remove());

/** The first address that a command prints which the pattern finds. */
function printed(child: ChildProcess, pattern: RegExp): Promise<string> {
  let output = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = pattern.exec(output)?.[1];
      if (found) resolve(found);
    });
    child.once("close", (code) => reject(new Error(`ended with ${code} before it said ${pattern}: ${output}`)));
  });
}

/** The status of a request that names another host than the one it goes to. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once("error", reject)
      .end();
  });
}

const json = async (url: string) => (await fetch(url)).json() as Promise<Record<string, unknown>>;

/** Starts `npm start` in a process, and waits until it serves. */
async function started(env: NodeJS.ProcessEnv, ...options: string[]) {
  const child = startCommand(["start", ...options], env);
  const ended = finished(child);
  const example = await printed(child, /curl '(http:\/\/127\.0\.0\.1:\d+\/v1\/items[^']+)'/);
  return {
    example,
    async stop() {
      child.kill("SIGINT");
      const { code, stdout, stderr } = await ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return stdout;
    },
  };
}

/* Each test goes on where the one before it ended. */
describe("npm start", () => {
  test("begins with the days of history that are asked for, and goes on from there", async () => {
    const env = environment(folder.folder, { PORT: "0" });
    const start = async (...options: string[]) => (await started(env, ...options)).stop();
    const changedBefore = async (hours: number) => {
      const before = new Date(Date.now() - hours * 3_600_000).toISOString();
      const count = `SELECT count(*) AS count FROM changes WHERE at < '${before}'`;
      return jsonLines(await runInProcess(["sql", "--demo", "--json", count], env))[0]?.count;
    };
    await start("--days", "1");
    const [first, later] = [await changedBefore(18), await changedBefore(1)];
    expect(first).toBeGreaterThan(3_000);
    expect(later).toBeGreaterThan(Number(first));
    expect(await changedBefore(48)).toBe(0);
    await start("--days", "1");
    expect(await changedBefore(18)).toBe(first);
  });

  test("with --reset begins again: syncs every source, serves them on this machine only, and ends with Ctrl-C; serve then serves the same", async () => {
    const env = environment(folder.folder, { PORT: "0" });
    const { example, stop } = await started(env, "--reset", "--days", "0");
    const { origin } = new URL(example);

    const answer = await json(example);
    expect(answer).toMatchObject({ asOf: expect.stringMatching(/Z$/), nextCursor: expect.any(String) });
    expect(answer.items).toHaveLength(2);
    const sources = await json(`${origin}/v1/sources?limit=1000`);
    expect((sources.items as { id: string }[]).map(({ id }) => id)).toEqual(SOURCES.map(({ id }) => id));
    expect((await fetch(`${origin}/v1/health`)).status).toBe(200);

    expect(await statusFor(`${origin}/v1/health`, "evil.example")).toBe(421);
    expect(await statusFor(`${origin}/v1/health`, "localhost")).toBe(200);

    const { items: older } = await json(`${origin}/v1/changes?until=${new Date(Date.now() - 3_600_000).toISOString()}`);
    expect(older).toEqual([]);
    const stdout = await stop();
    for (const { id } of SOURCES) expect(stdout).toMatch(new RegExp(`^${id} 111122223333/eu-west-1: complete`, "m"));

    const serving = startCommand(["serve", "--demo"], env);
    const served = finished(serving);
    const again = await printed(serving, /on (http:\/\/127\.0\.0\.1:\d+)/);
    expect(await json(`${again}/v1/items?source=sagemaker.associations&limit=2`)).toMatchObject({
      items: answer.items,
    });
    serving.kill("SIGTERM");
    expect(await served).toMatchObject({ code: 0, stderr: "" });
  });

  test("keeps the demo's inventory separate from a real account's", async () => {
    const env = environment(folder.folder, { PORT: "0" });
    const reading = ["items", "--limit", "1", "--json"];
    const note = "stocktake: Reading the demo's inventory: no real account has been synced yet.\n";
    expect(await runInProcess(reading, env)).toMatchObject({ code: 0, stderr: expect.stringContaining(note) });
    const demoOnly = await runInProcess([...reading, "--demo"], env);
    expect(demoOnly).toMatchObject({ code: 0, stderr: expect.not.stringContaining(note) });
    expect(jsonLines(demoOnly)).toHaveLength(1);

    const account = seedAccount({ baseTime: Date.UTC(2026, 2, 1), accountId: TARGET.account, associations: 5 });
    const simulator = await startSimulator({ account });
    const sync = ["sync", ...TARGET_ARGUMENTS, ...FIVE_SOURCES];
    const synced = await runInProcess(sync, { ...env, AWS_ENDPOINT_URL: simulator.url });
    await simulator.close();
    expect(synced).toMatchObject({ code: 0 });
    const real = await runInProcess(["items", "--all", "--json"], env);
    expect(real).toMatchObject({ code: 0, stderr: "" });
    expect(new Set(jsonLines(real).map((item) => item.account))).toEqual(new Set([TARGET.account]));
    expect(jsonLines(await runInProcess([...reading, "--demo"], env))).toEqual(jsonLines(demoOnly));
  });

  test("says what to do when its port is in use", async () => {
    const env = environment(folder.folder, { PORT: "0" });
    await makeInventory(env);
    const first = startCommand(["serve"], env);
    const ended = finished(first);
    const { port } = new URL(await printed(first, /on (http:\/\/127\.0\.0\.1:\d+)/));
    const second = await finished(startCommand(["serve"], { ...env, PORT: port }));
    expect(second).toMatchObject({
      code: 1,
      stderr: `stocktake: port ${port} is in use: end what uses it, or set PORT to another\n`,
    });
    first.kill("SIGTERM");
    await ended;
  });
});
