import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../docs/markdown.ts";

/** The command line as it is found after an installation: not built yet. */

const run = promisify(execFile);
const COPIED = ["bin", "functions", "cli", "explorer", "simulator", "package.json", "tsconfig.json"];

describe("the command line", () => {
  let folder: string;
  const file = (...names: string[]) => path.join(folder, ...names);
  const cache = () => file("node_modules", ".cache");
  const builds = () => readdir(path.join(cache(), "stocktake", "command-line"));
  const stocktake = async (...args: string[]) => {
    const { stdout, stderr } = await run(process.execPath, [file("bin", "stocktake.mjs"), ...args]);
    return { stdout: stdout.trim(), stderr };
  };
  const setVersion = async (version: string) => {
    const described = JSON.parse(await readFile(file("package.json"), "utf8")) as object;
    await writeFile(file("package.json"), JSON.stringify({ ...described, version }));
  };

  beforeAll(async () => {
    // A name that would mean something else in a replacement, in an address, or to a bundler.
    folder = await realpath(await mkdtemp(path.join(tmpdir(), "stocktake $& #1%20 node_modules ")));
    for (const each of COPIED) await cp(path.join(ROOT, each), file(each), { recursive: true });
    await mkdir(file("node_modules"));
    for (const name of await readdir(path.join(ROOT, "node_modules"))) {
      if (name !== ".cache") await symlink(path.join(ROOT, "node_modules", name), file("node_modules", name));
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("is built when it is first run, by however many at once, and is then there", async () => {
    await setVersion("1.1.1");
    const built = { stdout: "1.1.1", stderr: "" };
    expect(await Promise.all([1, 2, 3].map(() => stocktake("--version")))).toEqual([built, built, built]);
    const found = await builds();
    expect(found).toHaveLength(1);
    expect(await stocktake("--version")).toEqual(built);
    expect(await builds()).toEqual(found);
  });

  test("is built anew when something in it has changed", async () => {
    await setVersion("2.22.222");
    expect(await stocktake("--version")).toEqual({ stdout: "2.22.222", stderr: "" });
    expect(await builds()).toHaveLength(2);
  });

  test("finds what lies beside its sources: the explorer's page, and the thread that runs the database", async () => {
    const env = { ...process.env, PORT: "0", STOCKTAKE_DATA: file("data") };
    const server = spawn(process.execPath, [file("bin", "stocktake.mjs"), "serve"], { env });
    const said = new Promise<string>((resolve, reject) => {
      let output = "";
      const take = (chunk: Buffer) => {
        output += chunk.toString();
        if (/http:\S+/.test(output)) resolve(output);
      };
      server.stdout.on("data", take);
      server.stderr.on("data", take);
      server.once("exit", () => reject(new Error(output)));
    });
    try {
      const [url = ""] = /http:\/\/[\w.:]+/.exec(await said) ?? [];
      for (const path of ["/", "/v1/sources", "/v1/openapi.json"]) {
        expect((await fetch(`${url}${path}`)).status, path).toBe(200);
      }
    } finally {
      server.kill();
    }
  });

  test("is built anew when it has lost something", async () => {
    const before = await builds();
    await setVersion("2.2.2");
    await stocktake("--version");
    const [newest = ""] = (await builds()).filter((name) => !before.includes(name));
    const damaged = path.join(cache(), "stocktake", "command-line", newest);
    for (const lost of (await readdir(damaged)).filter((name) => /^(main|output|items)/.test(name))) {
      await rm(path.join(damaged, lost));
      expect(await stocktake("items", "--help")).toMatchObject({
        stdout: expect.stringContaining("Usage:"),
        stderr: "",
      });
      expect(await readdir(damaged)).toContain(lost);
    }
  });

  test("goes when it has long not been used, and not before", async () => {
    const folders = (await builds()).map((name) => path.join(cache(), "stocktake", "command-line", name));
    const days = (count: number) => new Date(Date.now() - count * 86_400_000);
    await Promise.all(folders.map((each) => utimes(each, days(29), days(29))));
    await setVersion("3.3.3");
    await stocktake("--version");
    expect(await builds()).toHaveLength(folders.length + 1);
    await Promise.all(folders.map((each) => utimes(each, days(31), days(31))));
    await setVersion("4.4.44");
    await stocktake("--version");
    expect(await builds()).toHaveLength(2);
  });

  test("runs from its sources where it cannot be built", async () => {
    await rm(cache(), { recursive: true });
    await writeFile(cache(), "in the way");
    expect(await stocktake("--version")).toEqual({ stdout: "4.4.44", stderr: "" });
    await rm(cache());
  });

  test("says what is wrong with sources in the middle of an edit", async () => {
    await writeFile(file("cli", "main.ts"), "export const 1;");
    await expect(stocktake("--version")).rejects.toThrow(/local\/main\.ts/);
    expect(await builds()).toEqual([]);
  });
});
