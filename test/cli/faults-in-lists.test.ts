import { afterAll, beforeAll, expect, test } from "vitest";
import { type FaultWorld, startFaultWorld } from "./fault-world.ts";
import { edited, instead } from "./faulty-services.ts";
import { runInProcess } from "./in-process.ts";

/*
 * Listings in which much is missing, or that cannot be known to be whole: removals stay pending with a reason, nothing else does, and
 * they are applied when another listing confirms them or a person approves them.
 */

const LINKS = "iot.account-associations";
const EDGES = "sagemaker.associations";
const PLANNED = "workspaces.image-associations";
let world: FaultWorld;
beforeAll(async () => {
  world = await startFaultWorld({ run: runInProcess });
});
afterAll(() => world.close());

/** The links of the account are these from now on. */
function setLinks(links: Iterable<{ readonly AccountAssociationId: string }>): void {
  const { accountAssociations } = world.account;
  for (const link of [...accountAssociations]) accountAssociations.remove(link);
  for (const link of links) accountAssociations.put(link as Parameters<typeof accountAssociations.put>[0]);
}

test("a listing that is suddenly empty is held, reported, and applied when it is confirmed", async () => {
  const all = [...world.account.accountAssociations];
  expect(await world.sync([LINKS])).toMatchObject({ code: 0 });
  const before = await world.told(LINKS);
  setLinks([]);
  expect(await world.sync([LINKS])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      "held, 0 added, 0 modified; 1,200 removals pending, since 1200 of 1200 items disappeared at once: " +
        `run the sync again to confirm them, or approve them with --approve-removals ${LINKS}\n`,
    ),
  });
  const held = await world.told(LINKS);
  expect(held.items).toBe(before.items);
  expect(held.syncs[0]).toMatchObject({ outcome: "held", removed: 0, held: 1_200 });

  setLinks(all);
  expect(await world.sync([LINKS])).toMatchObject({ code: 0 });
  expect((await world.told(LINKS)).changes).toEqual(before.changes);
  setLinks([]);
  expect(await world.sync([LINKS])).toMatchObject({ code: 1 });
  expect(await world.sync([LINKS])).toMatchObject({ code: 0, stderr: expect.stringContaining("1,200 removed") });
  await world.expectCurrent([LINKS]);

  setLinks(all);
  expect(await world.sync([LINKS])).toMatchObject({ code: 0 });
  setLinks(all.slice(700));
  expect(await world.sync([], "--approve-removals", LINKS)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("700 removed"),
  });
  await world.expectCurrent([LINKS]);
});

test("additions and modifications beside a mass removal are stored at once", async () => {
  const [first, ...rest] = [...world.account.accountAssociations];
  if (!first) throw new Error("there are no links");
  setLinks([
    { ...first, Name: "edited" },
    { ...first, AccountAssociationId: "new" },
  ]);
  expect(await world.sync([LINKS])).toMatchObject({ code: 1, stderr: expect.stringContaining("1 added, 1 modified") });
  const { present } = await world.told(LINKS);
  expect(present).toHaveLength(rest.length + 2);
  expect(present).toContainEqual({ ...first, Name: "edited" });
  setLinks([first, ...rest]);
  expect(await world.sync([LINKS])).toMatchObject({ code: 0, stderr: expect.stringContaining("1 removed") });
  await world.expectCurrent([LINKS]);
});

test.each([
  ["an item without an identity", { AccountAssociationId: undefined }, "an item without an identity was listed"],
  ["an item whose identity is a number", { AccountAssociationId: 7 }, "an item without an identity was listed"],
])("a listing with %s removes nothing until a person approves it", async (_, change, reason) => {
  const [gone, ...rest] = [...world.account.accountAssociations];
  if (!gone) throw new Error("there are no links");
  setLinks(rest);
  for (const _again of [1, 2]) {
    world.services.misbehave(({ before }) =>
      before === 0
        ? edited((body) => {
            const [first, ...others] = body.Items as object[];
            return { ...body, Items: [{ ...first, ...change }, ...others] };
          })
        : undefined,
    );
    const held = await world.sync([LINKS]);
    expect(held.code).toBe(1);
    expect(held.stderr).toContain(`no removals applied: 1 listed item was rejected (${reason}`);
    expect(held.stderr).toContain(`2 removals pending: approve them with --approve-removals ${LINKS}\n`);
  }
  world.services.behave();
  expect(await world.sync([LINKS])).toMatchObject({ code: 0, stderr: expect.stringContaining("1 removed") });
  await world.expectCurrent([LINKS]);
});

test("a listing with an item whose instant is none fails as a whole and changes nothing", async () => {
  expect(await world.sync([EDGES])).toMatchObject({ code: 0 });
  const before = await world.told(EDGES);
  const [first] = [...world.account.associations];
  if (!first) throw new Error("there are no associations");
  world.account.associations.put({ ...first, SourceName: "edited" });
  world.services.misbehave(({ before }) =>
    before === 1
      ? edited((body) => {
          const [first, ...others] = body.AssociationSummaries as object[];
          return { ...body, AssociationSummaries: [{ ...first, CreationTime: "yesterday" }, ...others] };
        })
      : undefined,
  );
  const failed = await world.sync([EDGES]);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/failed after 1 page, nothing was changed: .+\(HTTP 200\) cannot be read: /);
  world.services.behave();
  const after = await world.told(EDGES);
  expect(after.changes).toEqual(before.changes);
  expect(after.syncs[0]).toMatchObject({ outcome: "failed", error: { code: "malformed" }, removed: 0 });
  expect(await world.sync([EDGES])).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("0 added, 1 modified, 0 removed"),
  });
  await world.expectCurrent([EDGES]);
});

test("a listing with a null among its items reports that no removals are applied", async () => {
  expect(await world.sync([EDGES])).toMatchObject({ code: 0 });
  world.services.misbehave(({ before }) =>
    before === 1
      ? edited((body) => ({ ...body, AssociationSummaries: [...(body.AssociationSummaries as object[]), null] }))
      : undefined,
  );
  expect(await world.sync([EDGES])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      "no removals applied: 1 listed item was rejected (an item without an identity was listed: a null)\n",
    ),
  });
  world.services.behave();
  expect(await world.sync([EDGES])).toMatchObject({ code: 0, stderr: expect.stringContaining("0 added") });
});

test("an answer without a list, or with an error under the status 200, removes nothing", async () => {
  expect(await world.sync([EDGES])).toMatchObject({ code: 0 });
  const before = await world.told(EDGES);
  const bodies = ["{}", '{"__type":"ThrottlingException","message":"Rate exceeded"}'];
  for (const [body, page] of bodies.flatMap((body) => [0, 1, 0].map((page) => [body, page] as const))) {
    world.services.misbehave(({ before }) => (before >= page ? instead(200, body) : undefined));
    expect(await world.sync([EDGES])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("since a response had no list, so the listing may be incomplete"),
    });
  }
  world.services.behave();
  expect((await world.told(EDGES)).changes).toEqual(before.changes);
  expect(await world.sync([EDGES])).toMatchObject({ code: 0, stderr: expect.stringContaining("0 removed") });
});

test("an image that vanishes between its listing and its description takes its own applications with it, and no other", async () => {
  expect(await world.sync([PLANNED])).toMatchObject({ code: 0 });
  await world.expectCurrent([PLANNED]);
  const { imageAssociations } = world.account;
  const before = new Map([...world.account.images].map(({ ImageId }) => [ImageId, 0]));
  for (const { ImageId } of imageAssociations) before.set(ImageId, (before.get(ImageId) ?? 0) + 1);
  world.simulator.faults.add({ kind: "gone", times: 1 });
  const result = await world.sync([PLANNED]);
  world.simulator.faults.clear();
  expect(result).toMatchObject({ code: 0 });
  await world.expectCurrent([PLANNED]);
  const [gone] = [...before.keys()].filter((id) => ![...world.account.images].some(({ ImageId }) => ImageId === id));
  const { changes } = await world.told(PLANNED);
  const removed = changes.filter(({ kind }) => kind === "removed");
  expect(removed.map(({ document }) => (document as { ImageId: string }).ImageId)).toEqual(
    Array.from({ length: before.get(gone ?? "") ?? 0 }, () => gone),
  );
});

test("a plan that fails in the middle lets no image vanish", async () => {
  const before = await world.told(PLANNED);
  world.simulator.faults.add({ kind: "deny", operation: "DescribeWorkspaceImages", afterPages: 1 });
  const failed = await world.sync([PLANNED]);
  world.simulator.faults.clear();
  expect(failed).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/failed, nothing was changed: .+Grant the act/),
  });
  expect((await world.told(PLANNED)).changes).toEqual(before.changes);
});
