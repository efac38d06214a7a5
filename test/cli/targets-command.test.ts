import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { watchTargets } from "../../cli/run-due.ts";
import { settingsFrom } from "../../cli/settings.ts";
import { openStore } from "../../cli/store.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { addTarget, retireTarget } from "../../functions/sync/targets.ts";
import { FIVE_SOURCES, jsonLines } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { useWorld } from "./world.ts";

/** `stocktake targets` on this machine. Against a deployed stack: test/lambda/targets.test.ts. What it does is tested in test/sync/. */

const world = useWorld({ associations: 30 }, { run: runInProcess });
const HERE = "123456789012/eu-west-1";
const LONG_AGO = new Date(Date.UTC(2016, 0, 1)).toUTCString();
const all = async () => jsonLines(await world().run("items", "--all", "--json"));

test("a target is added, retired and brought back", async () => {
  const { run, sync } = world();
  expect(await run("targets", "list")).toMatchObject({ code: 0, stderr: "stocktake: No targets.\n" });
  const added = await run("targets", "add", HERE, "--source", "workspaces.images");
  expect(added).toMatchObject({ code: 0, stderr: "", stdout: `${HERE}: added\n1 collection due from now on\n` });
  expect(await run("targets", "add", HERE)).toMatchObject({ stdout: expect.stringContaining(`${HERE}: changed\n`) });
  expect(await sync(...FIVE_SOURCES)).toMatchObject({ code: 0 });
  const items = (await all()).length;

  const refused = await run("targets", "retire", "123456789012");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /^stocktake: retiring 123456789012\/eu-west-1 removes \d+ items: pass --approve-removals to do it; their history stays\n$/,
  );
  expect(await all()).toHaveLength(items);
  const retired = await run("targets", "retire", "123456789012", "--approve-removals");
  expect(retired).toMatchObject({ code: 0, stderr: "" });
  expect(retired.stdout).toMatch(
    new RegExp(`^${HERE}: retired\\n\\d+ collections retired\\n${items} items removed; their history stays\\n$`),
  );
  expect(await all()).toEqual([]);
  expect(jsonLines(await run("changes", "--kind", "removed", "--all", "--json"))).toHaveLength(items);

  const again = await sync(...FIVE_SOURCES);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain(`${HERE} is retired: \`stocktake targets add ${HERE}\` brings it back`);
  expect(await run("targets", "add", HERE)).toMatchObject({
    stdout: expect.stringMatching(/: brought back\n\d+ collections due/),
  });
  expect(await sync(...FIVE_SOURCES)).toMatchObject({ code: 0 });
  expect(await all()).toHaveLength(items);
  const [listed] = jsonLines(await run("targets", "list", "--json"));
  expect(listed).toMatchObject({ account: "123456789012", region: "eu-west-1", status: "active", origin: "person" });
});

test("a machine whose clock is years off changes no target, and repairs nothing, because its instants would stay", async () => {
  const { env, sync } = world();
  expect(await sync("--source", "workspaces.images")).toMatchObject({ code: 0 });
  const before = await all();
  const past = createServer((_request, response) => response.writeHead(403, { date: LONG_AGO }).end());
  past.listen(0, "127.0.0.1");
  await once(past, "listening");
  const asking = { ...env, AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(past.address() as AddressInfo).port}` };
  try {
    for (const args of [
      ["targets", "retire", HERE, "--approve-removals"],
      ["targets", "add", HERE],
      ["verify", "--repair"],
    ]) {
      expect(await runInProcess(args, asking)).toEqual({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(
          /^stocktake: this machine's clock is \d+ years ahead of the service's: nothing was stored\. Set the clock, then try again\n$/,
        ),
      });
    }
  } finally {
    past.close();
  }
  expect(await all()).toEqual(before);
});

test("an account that was only ever synced by hand can be retired, and then forgotten", async () => {
  const { run, sync } = world();
  expect(await sync("--source", "cleanrooms.memberships")).toMatchObject({ code: 0 });
  const early = await run("forget", HERE, "--yes");
  expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining("is inventoried: retire it first") });
  expect(await run("targets", "retire", HERE, "--approve-removals")).toMatchObject({ code: 0 });
  expect(await all()).toEqual([]);

  const changes = async () => jsonLines(await run("changes", "--all", "--initial", "--json")).length;
  const before = await changes();
  expect(before).toBeGreaterThan(0);
  const asked = await run("forget", HERE);
  expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining("pass --yes to delete it") });
  expect(await changes()).toBe(before);
  expect(await run("forget", HERE, "--yes")).toEqual({
    ...{ code: 0, stderr: "" },
    stdout: expect.stringMatching(
      new RegExp(`^${HERE}: ${before} changes of \\d+ collections?, .*\\n${HERE}: forgotten\\n$`),
    ),
  });
  expect(await changes()).toBe(0);
});

test("the configuration's targets are entered, and retired only when that is asked for", async () => {
  const { run, folder } = world();
  const config = path.join(folder, "stocktake.config.json");
  const write = (...regions: string[]) =>
    writeFile(config, JSON.stringify({ stackName: "Other", targets: [{ account: "123456789012", regions }] }));
  await write("eu-west-1", "us-east-1");
  const entered = await run("targets", "import", "--config", config);
  expect(entered).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^Targets: 2 added\n/) });
  await write("eu-west-1");
  const kept = await run("targets", "import", "--config", config);
  expect(kept).toMatchObject({ code: 0, stdout: "Targets: 1 unchanged\n" });
  expect(kept.stderr).toContain(
    "1 target not in the configuration any more, and still inventoried: 123456789012/us-east-1",
  );
  const retired = await run("targets", "import", "--config", config, "--retire-missing");
  expect(retired).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringContaining("123456789012/us-east-1: retired\n"),
  });

  await run("targets", "retire", HERE);
  const still = await run("targets", "import", "--config", config);
  expect(still.stderr).toContain(`${HERE} was retired and stays so: take it out of the configuration`);
  const table = await run("targets", "list");
  expect(table.stdout).toMatch(
    /^ACCOUNT +REGION +STATUS +SINCE \(UTC\) +FROM +SOURCES\n123456789012 +eu-west-1 +retired .* person +all\n/,
  );
});

test.each([
  [["add", "123456789012"], /"123456789012" has no region: give both, like 123456789012\/eu-west-1/],
  [["add", "12345/eu-west-1"], /"12345\/eu-west-1" is not a target: give an account and a region/],
  [["retire"], /name the targets to retire, or pass --gone, not both/],
  [["retire", "210987654321"], /there is no target: .* has no inventory of a real account/],
  [["import", "--config", "nowhere.json"], /--config nowhere.json cannot be read: ENOENT/],
  [["nosuch"], /unknown command/],
])("targets %j is refused in one line", async (args, message) => {
  const { code, stderr } = await world().run("targets", ...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd()).not.toContain("\n");
});

test("a run that goes on sees what is added and retired meanwhile, within a minute", async () => {
  const { env, run } = world();
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const written = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  const added = await openStore(settingsFrom(process.env), { inventory: "real" });
  try {
    await retireTarget(added.store, { account: "123456789012", region: "eu-west-1" }, "person");
    let now = 0;
    const changed = watchTargets(added, {
      ...{ stored: await added.store.targets(), sources: SOURCES, signal: new AbortController().signal },
      options: { source: [], region: [], account: "123456789012" },
      clock: { monotonic: () => now },
    });
    await addTarget(added.store, {
      account: "123456789012",
      region: "eu-west-2",
      origin: "person",
      sources: ["workspaces.images"],
    });
    expect(await changed()).toBeUndefined();
    now += 60_000;
    expect(await changed()).toMatchObject([{ source: { id: "workspaces.images" }, client: { region: "eu-west-2" } }]);
    expect(written.mock.calls.flat().join("")).toContain(
      "The targets have changed: keeping 1 collection up to date.\n",
    );
    now += 60_000;
    expect(await changed()).toBeUndefined();
    await retireTarget(added.store, { account: "123456789012", region: "eu-west-2" }, "person");
    now += 60_000;
    expect(await changed()).toEqual([]);
  } finally {
    written.mockRestore();
    vi.unstubAllEnvs();
    await added.close();
  }
  expect(await run("targets", "list")).toMatchObject({ code: 0 });
});
