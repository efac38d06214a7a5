import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../docs/markdown.ts";

/** The command line as it is found after an installation: not built yet. */

const run = promisify(execFile);
const COPIED = ["bin", "functions", "local", "package.json", "tsconfig.json"];

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
    folder = await realpath(await mkdtemp(path.join(tmpdir(), "stocktake-built-")));
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

  test("runs from its sources where it cannot be built", async () => {
    await rm(cache(), { recursive: true });
    await writeFile(cache(), "in the way");
    expect(await stocktake("--version")).toEqual({ stdout: "2.22.222", stderr: "" });
    await rm(cache());
  });

  test("says what is wrong with sources in the middle of an edit", async () => {
    await writeFile(file("local", "main.ts"), "export const 1;");
    await expect(stocktake("--version")).rejects.toThrow(/local\/main\.ts/);
    expect(await builds()).toEqual([]);
  });
});
