import path from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../functions/store/sqlite/database.ts";
import { dataOf, jsonLines } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { useWorld } from "./world.ts";

/** What `stocktake verify` says and how it ends. What it finds and repairs is tested in test/sync/verify.test.ts. */

const IMAGES = "workspaces.images";
const world = useWorld({ associations: 10 }, { run: runInProcess });

/** Damages the inventory behind the command's back. */
async function damage(sql: string): Promise<void> {
  const database = openDatabase(path.join(dataOf(world().folder), "inventory.db"));
  await database.write(() => database.run(sql));
  database.close();
}

test("an undamaged inventory is one line a scope, and exit code 0", async () => {
  const { sync, run, account } = world();
  expect(await sync()).toMatchObject({ code: 0 });
  const verified = await run("verify");
  expect(verified).toMatchObject({ code: 0, stderr: "" });
  expect(verified.stdout).toContain(`${IMAGES} 123456789012/eu-west-1: ok, ${[...account.images].length} items\n`);
  const lines = jsonLines(await run("verify", "--source", IMAGES, "--json"));
  expect(lines).toEqual([
    {
      ...{ source: IMAGES, account: "123456789012", region: "eu-west-1", scope: "all" },
      ...{ outcome: "ok", items: [...account.images].length, problems: [], problemCount: 0 },
    },
  ]);
});

test("a database that lost its items is found and repaired, though a sync finds it unchanged", async () => {
  const { sync, run, account } = world();
  const images = [...account.images].length;
  expect(await sync("--source", IMAGES)).toMatchObject({ code: 0 });
  const before = await run("items", "--all", "--json");
  await damage("DELETE FROM stored_versions");
  expect(await sync("--source", IMAGES)).toMatchObject({ code: 0 });
  expect(jsonLines(await run("items", "--all", "--json"))).toEqual([]);

  const found = await run("verify");
  expect(found).toMatchObject({
    code: 1,
    stderr: "stocktake: to repair what is damaged: npx stocktake verify --repair\n",
  });
  expect(found.stdout).toMatch(
    new RegExp(
      `^${IMAGES} 123456789012/eu-west-1: damaged, ${images} problems\n  item \\S+ is in the log but not stored\n`,
    ),
  );
  const repaired = await run("verify", "--repair");
  expect(repaired).toMatchObject({ code: 0, stderr: "" });
  expect(repaired.stdout).toContain(`: repaired, ${images} problems\n`);
  expect(await run("verify")).toMatchObject({ code: 0 });
  expect(await run("items", "--all", "--json")).toEqual(before);
});

test("damage that cannot be repaired is exit code 1, once", async () => {
  const { sync, run, account } = world();
  expect(await sync("--source", IMAGES)).toMatchObject({ code: 0 });
  const [image] = [...account.images];
  expect(image).toBeDefined();
  await damage("UPDATE stored_versions SET previous_at = '2026-01-01T00:00:00.000Z', version = 2");
  await damage("DELETE FROM stored_changes");
  const repaired = await run("verify", "--repair");
  expect(repaired.code).toBe(1);
  expect(repaired.stdout).toContain("that cannot be repaired\n");
  expect(await run("verify")).toMatchObject({ code: 0 });
});

test("an unknown source, or an empty data folder, is reported", async () => {
  const { run } = world();
  expect(await run("verify")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^stocktake: nothing is stored in .*: run `npx stocktake sync` or .* first, or set .*\n$/,
    ),
  });
  expect(await run("verify", "--source", "nosuch")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('unknown source "nosuch"'),
  });
});
