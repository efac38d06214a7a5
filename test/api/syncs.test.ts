import { beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT_ASSOCIATIONS, accountAssociation, MEMBERSHIPS, membership } from "./harness/documents.ts";
import { type Page, walkList } from "./harness/walk.ts";
import { newWorld, type World } from "./harness/world.ts";

let world: World;

beforeEach(() => {
  world = newWorld();
});

describe("/v1/syncs", () => {
  interface Sync {
    readonly region: string;
    readonly startedAt: string;
    readonly outcome: string;
  }

  beforeEach(async () => {
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1), membership(2)] });
    world.advance(1_000);
    await world.sync({ source: MEMBERSHIPS, documents: [], fails: new Error("the service hung up") });
    world.advance(1_000);
    await world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: [membership(3)] });
    world.advance(1_000);
    await world.sync({ source: MEMBERSHIPS, documents: [membership(1, { n: 1 })] });
    await world.sync({ source: ACCOUNT_ASSOCIATIONS, documents: [accountAssociation("a", "b")] });
  });

  const shown = async (query: string) => {
    const { entries } = await walkList<Sync>(world, `/v1/syncs?source=${MEMBERSHIPS}&${query}`);
    return entries.map(({ region, startedAt, outcome }) => `${region} ${startedAt.slice(17, 19)} ${outcome}`);
  };

  test.each([
    ["", ["eu-west-1 03 complete", "eu-west-1 01 failed", "eu-west-1 00 complete", "us-east-1 02 complete"]],
    ["limit=1", ["eu-west-1 03 complete", "eu-west-1 01 failed", "eu-west-1 00 complete", "us-east-1 02 complete"]],
    ["outcome=failed", ["eu-west-1 01 failed"]],
    ["outcome=complete&limit=2", ["eu-west-1 03 complete", "eu-west-1 00 complete", "us-east-1 02 complete"]],
    ["outcome=held", []],
    ["changed=true", ["eu-west-1 03 complete", "eu-west-1 00 complete", "us-east-1 02 complete"]],
    ["order=desc&changed=true&limit=1", ["eu-west-1 03 complete", "us-east-1 02 complete", "eu-west-1 00 complete"]],
    ["since=2026-03-01T12:00:01Z", ["eu-west-1 03 complete", "eu-west-1 01 failed", "us-east-1 02 complete"]],
    [
      "order=desc&limit=1",
      ["eu-west-1 03 complete", "us-east-1 02 complete", "eu-west-1 01 failed", "eu-west-1 00 complete"],
    ],
    [
      "order=desc&outcome=complete&limit=2",
      ["eu-west-1 03 complete", "us-east-1 02 complete", "eu-west-1 00 complete"],
    ],
    [
      "order=asc&limit=1",
      ["eu-west-1 00 complete", "eu-west-1 01 failed", "us-east-1 02 complete", "eu-west-1 03 complete"],
    ],
    [
      "order=asc&limit=2&outcome=complete&since=2026-03-01T12:00:01Z",
      ["us-east-1 02 complete", "eu-west-1 03 complete"],
    ],
    ["region=us-east-1", ["us-east-1 02 complete"]],
    ["since=2027-01-01", []],
  ])("?%s", async (query, wanted) => {
    expect(await shown(query)).toEqual(wanted);
  });

  test("says what a sync did", async () => {
    const { items, asOf } = await world.read<Page<Sync>>(`/v1/syncs?source=${MEMBERSHIPS}`);
    expect(asOf).toBe("2026-03-01T12:00:03.001Z");
    expect(items.slice(0, 2)).toEqual([
      {
        source: MEMBERSHIPS,
        account: "123456789012",
        region: "eu-west-1",
        scope: "all",
        startedAt: "2026-03-01T12:00:03.000Z",
        kind: "full",
        outcome: "complete",
        at: "2026-03-01T12:00:03.000Z",
        pages: 1,
        listed: 1,
        added: 0,
        modified: 1,
        removed: 1,
        unchanged: 0,
        held: 0,
        refused: 0,
        refusals: [],
        retries: 0,
        durationMs: 0,
      },
      expect.objectContaining({
        outcome: "failed",
        error: { code: "malformed", message: expect.stringContaining("the service hung up") },
      }),
    ]);
  });

  test("shows syncs in a row that found nothing new as one entry, at the time of the last", async () => {
    const nothingNew = { source: MEMBERSHIPS, documents: [membership(1, { n: 1 })] };
    for (let n = 0; n < 3; n += 1) {
      world.advance(1_000);
      await world.sync(nothingNew);
    }
    for (const query of ["", "limit=1", "limit=2", "outcome=complete&limit=1"]) {
      const [first, second, ...rest] = await shown(query);
      expect([first, second]).toEqual(["eu-west-1 06 complete", "eu-west-1 03 complete"]);
      expect(rest).toHaveLength(query.startsWith("outcome") ? 2 : 3);
    }
    expect(await shown("outcome=failed")).toEqual(["eu-west-1 01 failed"]);
    expect(await shown("since=2026-03-01T12:00:05Z")).toEqual(["eu-west-1 06 complete"]);
    expect(await shown("since=2026-03-01T12:00:07Z")).toEqual([]);
    const { items } = await world.read<Page<Sync>>(`/v1/syncs?source=${MEMBERSHIPS}&limit=1`);
    expect(items).toEqual([
      {
        ...{ source: MEMBERSHIPS, account: "123456789012", region: "eu-west-1", scope: "all", outcome: "complete" },
        startedAt: "2026-03-01T12:00:06.000Z",
        unchangedSyncs: { count: 3, since: "2026-03-01T12:00:04.000Z", until: "2026-03-01T12:00:06.000Z" },
        ...{ listed: 1, added: 0, modified: 0, removed: 0, unchanged: 1, held: 0, refused: 0, refusals: [] },
      },
    ]);
    world.advance(1_000);
    await world.sync({ source: MEMBERSHIPS, documents: [membership(2)] });
    expect((await shown("limit=1")).slice(0, 2)).toEqual(["eu-west-1 07 complete", "eu-west-1 03 complete"]);
    const { items: after } = await world.read<Page<Sync>>(`/v1/syncs?source=${MEMBERSHIPS}&limit=2`);
    const ended = { count: 3, since: "2026-03-01T12:00:04.000Z", until: "2026-03-01T12:00:06.000Z" };
    expect(after[0]).toMatchObject({ added: 1, removed: 1, unchangedBefore: ended });
    expect(after[1]).not.toHaveProperty("unchangedBefore");
  });
});
