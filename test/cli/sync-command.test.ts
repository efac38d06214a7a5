import { describe, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { jsonLines, presentDocuments } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { essenceOf, listedBy } from "./listings.ts";
import { useWorld } from "./world.ts";

const EDGES = "sagemaker.associations";
const LINKS = "iot.account-associations";
const PLANNED = "workspaces.image-associations";
/** Arguments that name a source, and the one whose items it is listed for. */
const BOTH = ["--source", PLANNED, "--source", "workspaces.images"];

describe("stocktake sync", () => {
  const world = useWorld({ associations: 350 }, { run: runInProcess });

  test("stores exactly what the services list, and finds nothing new the second time", async () => {
    const { sync, account, stored } = world();
    expect(await sync()).toMatchObject({ code: 0 });
    const listed = listedBy(account);
    for (const { id } of SOURCES) {
      expect(essenceOf(presentDocuments(await stored(id))), id).toBe(essenceOf(listed[id] ?? []));
    }

    const again = await sync("--json");
    expect(again.code).toBe(0);
    const records = jsonLines(again);
    expect(new Set(records.map(({ source }) => source)).size).toBe(SOURCES.length);
    for (const record of records)
      expect(record).toMatchObject({ outcome: "complete", added: 0, modified: 0, removed: 0 });
  });

  test("prints a sync as the API shows it", async () => {
    const { sync, account } = world();
    const [first] = jsonLines(await sync("--json", "--source", LINKS));
    expect(first).toMatchObject({
      ...{ source: LINKS, account: account.accountId, region: account.region, scope: "all", outcome: "complete" },
      ...{ pages: 1, listed: 40, added: 40, modified: 0, removed: 0, unchanged: 0, held: 0, refused: 0, refusals: [] },
      ...{ startedAt: expect.stringMatching(/Z$/), at: expect.stringMatching(/Z$/), durationMs: expect.any(Number) },
    });
  });

  test("logs edits, removals and additions as exactly those changes", async () => {
    const { sync, account, stored } = world();
    await sync("--source", LINKS);
    const [edited, removed] = [...account.accountAssociations];
    if (!edited || !removed) throw new Error("the seed has too few account associations");
    account.accountAssociations.put({ ...edited, Name: "edited" });
    account.accountAssociations.remove(removed);
    account.accountAssociations.put({ ...removed, AccountAssociationId: "new1" });

    const before = (await stored(LINKS)).changes.length;
    expect((await sync("--source", LINKS)).code).toBe(0);
    const changes = (await stored(LINKS)).changes.slice(before);
    expect(new Set(changes.map(({ kind, after }) => `${kind} ${after.key}`))).toEqual(
      new Set([`modified ${edited.AccountAssociationId}`, `removed ${removed.AccountAssociationId}`, "added new1"]),
    );
  });

  test("finds a new image and what is installed on it at once, though the images that are stored say what is asked", async () => {
    const { sync, account, stored } = world();
    await sync(...BOTH);
    const [image] = account.images;
    const [association] = account.imageAssociations;
    if (!image || !association) throw new Error("the seed has no images");
    const ImageId = "wsi-0123456789";
    account.images.put({ ...image, ImageId });
    account.imageAssociations.put({ ...association, ImageId });

    expect((await sync(...BOTH)).code).toBe(0);
    const added = presentDocuments(await stored(PLANNED)).filter(
      (each) => (each as typeof association).ImageId === ImageId,
    );
    expect(added).toHaveLength(1);
  });

  test.each([
    ["a denied listing", { kind: "deny" }, "denied"],
    ["a repeated token", { kind: "repeat-token", afterPages: 1 }, "malformed"],
    ["an expired token", { kind: "expired-token" }, "malformed"],
    ["a service that stops answering in the middle", { kind: "reset", afterPages: 2 }, "unavailable"],
    ["a service that fails in the middle", { kind: "error", afterPages: 2 }, "unavailable"],
  ] as const)("%s is exit code 1, a failed sync and no change", async (_name, fault, code) => {
    const { sync, simulator, account, stored } = world();
    await sync("--source", EDGES);
    const before = await stored(EDGES);
    for (const { CreationTime, SourceArn, DestinationArn } of [...account.associations].slice(0, 40)) {
      account.associations.remove({ CreationTime, SourceArn, DestinationArn });
    }

    simulator.faults.add({ operation: "ListAssociations", ...fault });
    const failed = await sync("--source", EDGES);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/^sagemaker\.associations .*: failed after \d pages?, nothing was changed: .+\n$/);
    const after = await stored(EDGES);
    expect(after.items).toEqual(before.items);
    expect(after.changes).toEqual(before.changes);
    expect(after.syncs[0]).toMatchObject({ outcome: "failed", error: { code }, removed: 0 });

    simulator.faults.clear();
    expect((await sync("--source", EDGES)).code).toBe(0);
    expect((await stored(EDGES)).syncs[0]).toMatchObject({ outcome: "complete", removed: 40 });
  });

  test("keeps a mass disappearance pending until the next listing confirms it or a person approves it", async () => {
    const { sync, account, stored } = world();
    await sync("--source", LINKS);
    const all = [...account.accountAssociations];
    for (const association of all.slice(0, 30)) account.accountAssociations.remove(association);

    expect(await sync("--source", LINKS)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("held, 0 added, 0 modified; 30 removals pending"),
    });
    expect(presentDocuments(await stored(LINKS))).toHaveLength(all.length);
    expect(await sync("--source", LINKS)).toMatchObject({ code: 0 });
    expect(presentDocuments(await stored(LINKS))).toHaveLength(all.length - 30);

    for (const option of ["--approve-removals", "--accept-removals"]) {
      for (const association of all.slice(0, 35)) account.accountAssociations.put(association);
      await sync("--source", LINKS);
      for (const association of all.slice(0, 35)) account.accountAssociations.remove(association);
      expect(await sync(option, LINKS)).toMatchObject({ code: 0 });
      expect(presentDocuments(await stored(LINKS))).toHaveLength(all.length - 35);
    }
  });

  test("removes the applications of an image that is gone, with the cause", async () => {
    const { sync, account, stored } = world();
    await sync(...BOTH);
    const image = [...account.images].find(({ ImageId }) => account.imageAssociationsOf(ImageId).length > 1);
    if (!image) throw new Error("the seed has no image with applications");
    account.removeImage(image.ImageId);
    expect((await sync(...BOTH)).code).toBe(0);
    const { changes } = await stored(PLANNED);
    const removed = changes.filter(({ kind }) => kind === "removed");
    expect(removed.length).toBeGreaterThan(1);
    for (const { after } of removed) expect(after).toMatchObject({ scope: image.ImageId, cause: "parent removed" });
    expect((await sync(...BOTH)).code).toBe(0);
  });

  test.each(["--incremental", "--tail"])(
    "%s lists one page when nothing is new, finds what is, and leaves removals further back to a full sync",
    async (option) => {
      const { sync, simulator, account } = world();
      await sync("--source", EDGES);
      const [oldest] = account.associations;
      const newest = [...account.associations].at(-1);
      if (!oldest || !newest) throw new Error("the seed has no associations");

      simulator.requests.ListAssociations = 0;
      expect(await sync(option)).toMatchObject({ code: 0 });
      expect(simulator.requests.ListAssociations).toBe(1);
      expect(simulator.requests.ListMemberships).toBe(0);

      account.associations.remove(oldest);
      account.associations.put({ ...newest, CreationTime: newest.CreationTime + 60_000 });
      const [incremental] = jsonLines(await sync(option, "--json"));
      expect(incremental).toMatchObject({ outcome: "complete", added: 1, removed: 0 });
      const [full] = jsonLines(await sync("--source", EDGES, "--json"));
      expect(full).toMatchObject({ outcome: "complete", added: 0, removed: 1 });
    },
  );
});
