import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { environment, newFolder, runCommand, storedOf, TARGET, TARGET_ARGUMENTS, withStored } from "./cli.ts";

let folder: Awaited<ReturnType<typeof newFolder>>;
let simulator: Simulator;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  folder = await newFolder();
  const account = seedAccount({ baseTime: Date.UTC(2026, 2, 1), accountId: TARGET.account, associations: 350 });
  simulator = await startSimulator({ account });
  env = environment(folder.folder, { AWS_ENDPOINT_URL: simulator.url });
});

afterEach(async () => {
  await simulator.close();
  await folder.remove();
});

const sync = (...args: string[]) => runCommand(["sync", ...TARGET_ARGUMENTS, ...args], env);
const stored = (source: string) => withStored(env, (store) => storedOf(store, source));
const documents = (items: readonly { readonly state: string; readonly document: string }[]) =>
  items.filter((item) => item.state === "present").map((item) => JSON.parse(item.document));

/** The simulator keeps instants as epoch milliseconds; what is listed has them as ISO strings. */
function asListed(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, member) =>
      typeof member === "number" && /time|created/i.test(name) ? new Date(member).toISOString() : member,
    ),
  );
}

describe("npm run sync", () => {
  test("stores exactly what the services list, and finds nothing new the second time", async () => {
    expect(await sync()).toMatchObject({ code: 0 });

    const { account } = simulator;
    const listed = {
      "sagemaker.associations": [...account.associations],
      "cleanrooms.memberships": [...account.memberships],
      "iot.account-associations": [...account.accountAssociations],
      "workspaces.images": [...account.images],
      "workspaces.image-associations": [...account.imageAssociations],
    };
    for (const source of SOURCES) {
      const wanted = asListed(listed[source.id as keyof typeof listed]) as object[];
      const { items } = await stored(source.id);
      const got = documents(items);
      expect(got).toHaveLength(wanted.length);
      expect(got, source.id).toEqual(expect.arrayContaining(wanted));
    }

    const again = await sync("--json");
    expect(again.code).toBe(0);
    const records = again.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(records.map((record) => record.source)).size).toBe(SOURCES.length);
    for (const record of records)
      expect(record).toMatchObject({ outcome: "complete", added: 0, modified: 0, removed: 0 });
  });

  test("shows edits, removals and additions as exactly those changes", async () => {
    await sync("--source", "iot.account-associations");
    const [edited, removed] = [...simulator.account.accountAssociations];
    if (!edited || !removed) throw new Error("the seed has too few account associations");
    simulator.account.accountAssociations.put({ ...edited, Name: "edited" });
    simulator.account.accountAssociations.remove(removed);
    simulator.account.accountAssociations.put({ ...removed, AccountAssociationId: "new1" });

    const before = (await stored("iot.account-associations")).changes.length;
    expect((await sync("--source", "iot.account-associations")).code).toBe(0);
    const changes = (await stored("iot.account-associations")).changes.slice(before);
    expect(new Set(changes.map(({ kind, key }) => `${kind} ${key}`))).toEqual(
      new Set([`modified ${edited.AccountAssociationId}`, `removed ${removed.AccountAssociationId}`, "added new1"]),
    );
  });

  test.each([
    ["a denied listing", { kind: "deny" }, "denied"],
    ["a repeated token", { kind: "repeat-token", afterPages: 1 }, "malformed"],
    ["an expired token", { kind: "expired-token" }, "malformed"],
    ["a service that stops answering in the middle", { kind: "reset", afterPages: 2 }, "unavailable"],
    ["a service that fails in the middle", { kind: "error", afterPages: 2 }, "unavailable"],
  ] as const)(
    "%s is exit code 1, a failed sync and not one change",
    { timeout: 60_000 },
    async (_name, fault, code) => {
      await sync("--source", "sagemaker.associations");
      const before = await stored("sagemaker.associations");
      for (const { CreationTime, SourceArn, DestinationArn } of [...simulator.account.associations].slice(0, 40)) {
        simulator.account.associations.remove({ CreationTime, SourceArn, DestinationArn });
      }

      simulator.faults.add({ operation: "ListAssociations", ...fault });
      const failed = await sync("--source", "sagemaker.associations");
      expect(failed.code).toBe(1);
      expect(failed.stderr).toMatch(/^sagemaker\.associations .*: failed after \d pages?, nothing was changed: .+\n$/);
      const after = await stored("sagemaker.associations");
      expect(after.items).toEqual(before.items);
      expect(after.changes).toEqual(before.changes);
      expect(after.syncs[0]).toMatchObject({ outcome: "failed", error: { code }, removed: 0 });

      simulator.faults.clear();
      expect((await sync("--source", "sagemaker.associations")).code).toBe(0);
      expect((await stored("sagemaker.associations")).syncs[0]).toMatchObject({ outcome: "complete", removed: 40 });
    },
  );

  test("holds a mass disappearance, and applies it when the next listing agrees or a person accepts it", {
    timeout: 120_000,
  }, async () => {
    await sync("--source", "iot.account-associations");
    const all = [...simulator.account.accountAssociations];
    for (const association of all.slice(0, 30)) simulator.account.accountAssociations.remove(association);

    const held = await sync("--source", "iot.account-associations");
    expect(held).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("held, 0 added, 0 modified; 30 removals held back"),
    });
    expect(documents((await stored("iot.account-associations")).items)).toHaveLength(all.length);
    expect(await sync("--source", "iot.account-associations")).toMatchObject({ code: 0 });
    expect(documents((await stored("iot.account-associations")).items)).toHaveLength(all.length - 30);

    for (const association of all.slice(0, 30)) simulator.account.accountAssociations.put(association);
    await sync("--source", "iot.account-associations");
    for (const association of all.slice(0, 35)) simulator.account.accountAssociations.remove(association);
    expect(await sync("--accept-removals", "iot.account-associations")).toMatchObject({ code: 0 });
    expect(documents((await stored("iot.account-associations")).items)).toHaveLength(all.length - 35);
  });

  test("removes the applications of an image that is gone, and says why", async () => {
    await sync();
    const image = [...simulator.account.images].find(
      ({ ImageId }) => simulator.account.imageAssociationsOf(ImageId).length > 1,
    );
    if (!image) throw new Error("the seed has no image with applications");
    simulator.account.removeImage(image.ImageId);
    expect((await sync()).code).toBe(0);
    const { changes } = await stored("workspaces.image-associations");
    const removed = changes.filter((change) => change.kind === "removed");
    expect(removed.length).toBeGreaterThan(1);
    for (const change of removed) expect(change).toMatchObject({ scope: image.ImageId, cause: "parent removed" });
    expect((await sync()).code).toBe(0);
  });

  test("sweeps in windows, each complete by itself, and finds in them what a listing in one finds", async () => {
    const cut = await sync("--source", "sagemaker.associations", "--cut-after", "0", "--json");
    expect(cut.code).toBe(0);
    const records = cut.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.length).toBeGreaterThan(2);
    expect(records.at(-1).remainder).toBeUndefined();
    for (const [place, { remainder }] of records.slice(0, -1).entries()) {
      expect(records[place + 1].window.from).toBe(remainder.from);
    }
    expect((await stored("sagemaker.associations")).items).toHaveLength(350);

    const removed = [...simulator.account.associations].slice(100, 140);
    for (const association of removed) simulator.account.associations.remove(association);
    expect(await sync("--source", "sagemaker.associations", "--cut-after", "0")).toMatchObject({ code: 0 });
    expect(documents((await stored("sagemaker.associations")).items)).toHaveLength(310);
    expect(await sync("--source", "sagemaker.associations", "--json")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"unchanged":310'),
    });
  });

  test("--tail lists one page when nothing is new, finds what is, and leaves removals further back to a sweep", async () => {
    await sync("--source", "sagemaker.associations");
    const [oldest] = simulator.account.associations;
    const newest = [...simulator.account.associations].at(-1);
    if (!oldest || !newest) throw new Error("the seed has no associations");

    simulator.requests.ListAssociations = 0;
    expect(await sync("--tail")).toMatchObject({ code: 0 });
    expect(simulator.requests.ListAssociations).toBe(1);
    expect(simulator.requests.ListMemberships).toBe(0);

    simulator.account.associations.remove(oldest);
    simulator.account.associations.put({ ...newest, CreationTime: newest.CreationTime + 60_000 });
    const tail = await sync("--tail", "--json");
    expect(JSON.parse(tail.stdout)).toMatchObject({ outcome: "complete", added: 1, removed: 0 });
    const sweep = await sync("--source", "sagemaker.associations", "--json");
    expect(JSON.parse(sweep.stdout)).toMatchObject({ outcome: "complete", added: 0, removed: 1 });
  });
});
