import { execFile } from "node:child_process";
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { startServing } from "./serving.ts";

/** The command as an installation builds it. */

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, "../..");
const COPIED = ["bin", "functions", "cli", "client", "explorer", "simulator", "package.json", "tsconfig.json"];

describe("the command", () => {
  let folder: string;
  const file = (...names: string[]) => path.join(folder, ...names);
  const stocktake = async (...args: string[]) => {
    const { stdout } = await run(process.execPath, [file("bin", "stocktake.mjs"), ...args]);
    return stdout.trim();
  };
  const build = (...args: string[]) => run(process.execPath, [file("bin", "build.mjs"), ...args]);
  const builtAt = async () => (await stat(file("dist", "stocktake.mjs"))).mtimeMs;
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
      await symlink(path.join(ROOT, "node_modules", name), file("node_modules", name));
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("says what to do when it is not built", async () => {
    await expect(stocktake("--version")).rejects.toMatchObject({
      code: 1,
      stderr: "stocktake: the command is not built: run `npm run build`\n",
    });
  });

  test("can be built by several processes at once", async () => {
    await setVersion("1.1.1");
    await Promise.all([build(), build()]);
    expect(await stocktake("--version")).toBe("1.1.1");
    const others = (await readdir(file("dist"))).filter((name) => !name.endsWith(".mjs"));
    expect(others.sort()).toEqual(["docs.html", "explorer", "openapi.json"]);
    expect((await readdir(file("dist/explorer"))).sort()).toEqual([
      "app.js",
      "icon.svg",
      "index.html",
      "layout-worker.js",
    ]);
  });

  test("is built when it is stale, and left alone when it is not", async () => {
    const before = await builtAt();
    await build("--if-stale");
    expect(await builtAt()).toBe(before);
    await setVersion("2.22.222");
    await build("--if-stale");
    expect(await stocktake("--version")).toBe("2.22.222");
    await appendFile(file("explorer/page/styles/narrow.css"), ".of-a-test { color: red }");
    await build("--if-stale");
    expect(await readFile(file("dist/explorer/index.html"), "utf8")).toContain(".of-a-test");
  });

  test("finds the explorer's page beside its sources", async () => {
    await mkdir(file("data"));
    await createSqliteStore(file("data", "inventory.db"), { retentionDays: 1 }).close();
    const serving = await startServing(
      { PATH: process.env.PATH, STOCKTAKE_DATA: file("data") },
      file("bin", "stocktake.mjs"),
    );
    for (const address of ["/", "/v1/sources", "/v1/openapi.json"]) {
      expect((await fetch(`${serving.origin}${address}`)).status, address).toBe(200);
    }
    await serving.stop();
  });

  test("stays as it was when the build fails, and reports that", async () => {
    await writeFile(file("cli", "main.ts"), "export const 1;");
    await expect(build()).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/cli\/main\.ts/) });
    expect(await stocktake("--version")).toBe("2.22.222");
  });
});
