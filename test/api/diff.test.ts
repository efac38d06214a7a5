import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ASSOCIATIONS, association, MEMBERSHIPS, membership } from "./harness/documents.ts";
import { type ChangeBody, type ProblemBody, walkList } from "./harness/walk.ts";
import { newWorld, type World } from "./harness/world.ts";

interface NetChange {
  readonly kind: string;
  readonly id: string;
  readonly before?: { readonly document: unknown };
  readonly after?: { readonly document: unknown };
  readonly differences?: unknown;
}

/** What the log up to an instant makes of the items: replayed from nothing. */
function replayed(changes: readonly ChangeBody[], until: string): Map<string, string> {
  const items = new Map<string, string>();
  for (const { at, kind, id, document } of changes) {
    if (at > until) break;
    if (kind === "removed") items.delete(id);
    else items.set(id, JSON.stringify(document));
  }
  return items;
}

function differenceOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const texts: string[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(id), after.get(id)];
    if (was !== is)
      texts.push(`${was === undefined ? "added" : is === undefined ? "removed" : "modified"} ${id} ${was} ${is}`);
  }
  return texts.sort();
}

const textOf = ({ kind, id, before, after }: NetChange) =>
  `${kind} ${id} ${before && JSON.stringify(before.document)} ${after && JSON.stringify(after.document)}`;

describe("/v1/diff", () => {
  test("equals the difference of two replayed logs", async () => {
    const listing = fc.uniqueArray(fc.record({ n: fc.nat(9), value: fc.nat(1) }), { selector: ({ n }) => n });
    const regions = ["eu-west-1", "eu-west-2"];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ listing, region: fc.nat(1), fails: fc.boolean() }), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        async (syncs, limit) => {
          const world = newWorld();
          const instants: string[] = ["2026-03-01T11:59:59.000Z"];
          for (const { listing, region, fails } of syncs) {
            world.advance(1_000);
            const documents = listing.map(({ n, value }) => membership(n, { value }));
            const target = { source: MEMBERSHIPS, region: regions[region] ?? "", documents };
            const record = await world.sync(
              fails ? { ...target, fails: new Error("no") } : { ...target, approveRemovals: true },
            );
            if (record.at !== undefined) instants.push(record.at);
          }
          const { entries: log } = await walkList<ChangeBody>(world, `/v1/changes?source=${MEMBERSHIPS}`);
          log.sort((a, b) => (a.at < b.at ? -1 : 1));
          for (const [index, from] of instants.entries()) {
            for (const to of instants.slice(index)) {
              const path = `/v1/diff?source=${MEMBERSHIPS}&from=${from}&to=${to}&limit=${limit}`;
              const { entries } = await walkList<NetChange>(world, path);
              expect(entries.map(textOf).sort()).toEqual(differenceOf(replayed(log, from), replayed(log, to)));
            }
          }
          expect(world.errors).toEqual([]);
          await world.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  const changed = async (): Promise<World> => {
    const world = newWorld();
    for (const documents of [
      [membership(1), membership(2), membership(3), membership(4)],
      [membership(1, { status: "REMOVED" }), membership(2, { n: 1 }), membership(5)],
      [membership(1, { status: "COLLABORATION_DELETED" }), membership(2), membership(4), membership(6)],
    ]) {
      world.advance(1_000);
      await world.sync({ source: MEMBERSHIPS, documents });
    }
    return world;
  };

  test("is counted, as searches, histories and syncs are", async () => {
    const world = await changed();
    const { items } = await world.read<{ items: readonly { id: string }[] }>("/v1/items?limit=1");
    for (const path of [
      "/v1/diff?from=2026-03-01T12:00:01Z",
      "/v1/search?q=active&state=all",
      `/v1/items/${items[0]?.id}/history?`,
      "/v1/syncs?",
      "/v1/syncs?order=desc&outcome=complete",
    ]) {
      const { entries } = await walkList(world, path);
      expect(entries.length, path).toBeGreaterThan(1);
      expect(await world.read(`${path}${path.endsWith("?") ? "" : "&"}count=true&limit=1`), path).toMatchObject({
        count: entries.length,
      });
    }
  });

  test("compares every source where none is named", async () => {
    const world = await changed();
    await world.sync({ source: ASSOCIATIONS, documents: [association("a", "b")] });
    const { entries } = await walkList<NetChange & { source: string }>(
      world,
      "/v1/diff?from=2026-03-01T12:00:02Z&limit=1",
    );
    expect(new Set(entries.map(({ source }) => source))).toEqual(new Set([MEMBERSHIPS, ASSOCIATIONS]));
  });

  test("shows the values before and after, and no reverted changes", async () => {
    const world = await changed();
    const { entries, asOf } = await walkList<NetChange>(
      world,
      `/v1/diff?source=${MEMBERSHIPS}&from=2026-03-01T12:00:01Z`,
    );
    expect(asOf).toBe("2026-03-01T12:00:03.000Z");
    expect(entries).toMatchObject([
      {
        kind: "modified",
        key: membership(1).arn,
        before: { version: 1, document: { status: "ACTIVE" } },
        after: { version: 3, document: { status: "COLLABORATION_DELETED" } },
        differences: [{ path: "status", before: "ACTIVE", after: "COLLABORATION_DELETED" }],
      },
      { kind: "removed", key: membership(3).arn, before: { document: { id: "0003" } } },
      { kind: "added", key: membership(6).arn, after: { document: { id: "0006" } } },
    ]);
    expect(entries[1]).not.toHaveProperty("after");
    expect(entries[2]).not.toHaveProperty("before");
  });

  test("keeps the first page's instant while syncs run", async () => {
    const world = await changed();
    const path = `/v1/diff?source=${MEMBERSHIPS}&from=2026-03-01T12:00:01Z`;
    const before = await walkList<NetChange>(world, path);
    const during = await walkList<NetChange>(world, `${path}&limit=1`, async () => {
      world.advance(1_000);
      await world.sync({ source: MEMBERSHIPS, documents: [membership(1, { n: world.now() }), membership(7)] });
    });
    expect(during.entries).toEqual(before.entries);
  });

  test("a later instant than the latest complete one shows the latest", async () => {
    const world = await changed();
    const late = `/v1/diff?source=${MEMBERSHIPS}&from=2029-01-01&to=2030-01-01`;
    expect(await world.read(late)).toEqual({
      items: [],
      from: "2026-03-01T12:00:03.000Z",
      asOf: "2026-03-01T12:00:03.000Z",
      freshAt: "2026-03-01T12:00:03.000Z",
    });
  });

  test.each([
    [`source=${MEMBERSHIPS}`, "from"],
    [`source=${MEMBERSHIPS}&from=2026-03-02&to=2026-03-01`, "to"],
    [`source=${MEMBERSHIPS}&from=2025-03-02`, "from"],
  ])("?%s is a problem with %s", async (query, parameter) => {
    const response = await (await changed()).get(`/v1/diff?${query}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as ProblemBody).parameter).toBe(parameter);
  });
});
