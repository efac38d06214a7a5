import { openSync } from "node:fs";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../store/database.ts";
import { dataOf, finished, jsonLines, presentDocuments, runCommand, startCommand, TARGET_ARGUMENTS } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { useWorld } from "./world.ts";

/** Where commands keep the inventory, and what that depends on. */

const IMAGES = "workspaces.images";
const world = useWorld({ associations: 10 });
const ITEMS = ["items", "--source", IMAGES, "--all", "--json"];

describe("the inventory on this machine", () => {
  test("is readable by its user only", async () => {
    expect(await world().sync("--source", IMAGES)).toMatchObject({ code: 0 });
    const data = dataOf(world().folder);
    const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);
    expect(await modeOf(data)).toBe("700");
    const files = await readdir(data);
    expect(files).toContain("inventory.db");
    for (const file of files) expect(await modeOf(path.join(data, file)), file).toBe("600");
  });

  test("ignores AWS's variables", async () => {
    const { sync, env, account } = world();
    expect(await sync("--source", IMAGES)).toMatchObject({ code: 0 });
    const settings = {
      AWS_USE_FIPS_ENDPOINT: "true",
      AWS_USE_DUALSTACK_ENDPOINT: "true",
      AWS_PROFILE: "nope",
      AWS_REGION: "mars-1",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    };
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _key, ...others } = env;
    const read = await runCommand(ITEMS, { ...others, ...settings });
    expect(read).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(read)).toHaveLength([...account.images].length);
  });

  test("of an earlier version is left alone and reported once; the sync lists everything again", async () => {
    const { run, sync, folder } = world();
    const earlier = path.join(dataOf(folder), "database");
    await mkdir(earlier, { recursive: true });
    await writeFile(path.join(earlier, "CURRENT"), "MANIFEST-000001\n");
    const note = new RegExp(
      `^stocktake: ${earlier} was written by an earlier version and is not read; nothing in it was deleted\\. ` +
        "Run `npx stocktake sync` to list everything again, then delete that folder\n",
    );
    const read = await run(...ITEMS);
    expect(read).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(note) });
    expect(await sync("--source", IMAGES)).toMatchObject({ code: 0, stderr: expect.stringMatching(note) });
    expect(await run(...ITEMS)).toMatchObject({ code: 0, stderr: "" });
    expect(await sync("--source", IMAGES)).toMatchObject({ code: 0, stderr: expect.not.stringMatching(note) });
    expect(await readdir(earlier)).toEqual(["CURRENT"]);
  });
});

describe("the inventory in a DynamoDB", () => {
  test("is found with any configured region, or none", async () => {
    const { env, account } = world();
    const database = await openDatabase();
    const sync = ["sync", "--source", IMAGES, ...TARGET_ARGUMENTS];
    const onDynamo = { ...env, AWS_ENDPOINT_URL_DYNAMODB: database.url };
    try {
      for (const region of [{}, { AWS_DEFAULT_REGION: "eu-west-1" }, { AWS_REGION: "us-east-1" }]) {
        expect(await runInProcess(sync, { ...onDynamo, ...region })).toMatchObject({ code: 0 });
        const read = await runInProcess(ITEMS, { ...onDynamo, ...region });
        expect(read).toMatchObject({ code: 0, stderr: "" });
        expect(jsonLines(read)).toHaveLength([...account.images].length);
      }
    } finally {
      await database.close();
    }
  });
});

test("a full disk under the output is one line and exit code 1, and the syncs continue", async () => {
  const { env, stored, account } = world();
  const full = openSync("/dev/full", "w");
  const child = startCommand(["sync", "--source", IMAGES, ...TARGET_ARGUMENTS, "--json"], env, full);
  const result = await finished(child);
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(
    /^workspaces\.images .+: complete, .+\nstocktake: cannot write the output: .*ENOSPC.*\n$/,
  );
  expect(presentDocuments(await stored(IMAGES))).toHaveLength([...account.images].length);

  const reading = await finished(startCommand(ITEMS, env, full));
  const helping = await finished(startCommand(["items", "--help"], env, full));
  for (const each of [reading, helping]) {
    expect(each).toMatchObject({ code: 1, stderr: expect.stringMatching(/^stocktake: cannot write [^\n]+\n$/) });
  }
});
