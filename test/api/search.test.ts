import { describe, expect, test } from "vitest";
import { createNameOf } from "../../functions/model/node.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { SqliteStore } from "../../functions/store/sqlite/store.ts";
import { ASSOCIATIONS, association, MEMBERSHIPS, membership } from "./harness/documents.ts";
import { type Page, walkList } from "./harness/walk.ts";
import { newWorld, type World } from "./harness/world.ts";

interface Hit {
  readonly name: string;
  readonly rank: string;
  readonly state: string;
  readonly region: string;
  readonly matched: readonly { readonly path: string; readonly value: string }[];
  readonly document?: unknown;
}

const RENAMED = "Renommé".normalize("NFD");

async function withNames(): Promise<World> {
  const world = newWorld();
  const named = (n: number, Name: string, more = {}) => membership(n, { collaborationName: Name, ...more });
  const documents = [
    named(1, "Kiosk Berlin"),
    named(2, "big kiosk"),
    named(3, "KIOSK"),
    named(4, "other", { tags: [{ Key: "site", Value: "a kiosk in Ulm" }] }),
    named(5, "kiosks"),
    named(6, "gone kiosk"),
  ];
  await world.sync({ source: MEMBERSHIPS, documents });
  world.advance(1_000);
  await world.sync({ source: MEMBERSHIPS, documents: [named(1, RENAMED), ...documents.slice(1, 5)] });
  await world.sync({ source: ASSOCIATIONS, region: "us-east-1", documents: [association("arn:a:kiosk", "arn:b:1")] });
  return world;
}

/** The same with a store that has no search index. */
function withoutIndex(world: World): World {
  const { searchCandidates: _, itemsOfShortId: __, ...store } = world.store;
  return newWorld({ store });
}

const ranked = async (world: World, query: string) => {
  const { entries } = await walkList<Hit>(world, `/v1/search?${query}`);
  return entries.map(({ name, rank }) => `${rank} ${name}`);
};

describe("/v1/search", () => {
  const all = ["exact KIOSK", "prefix kiosks", "name big kiosk", "text other"];
  test.each<[string, readonly string[]]>([
    ["q=kiosk&region=eu-west-1", all],
    ["q=KIOSK&region=eu-west-1&limit=1", all],
    ["q=iosk&region=eu-west-1", ["name big kiosk", "name KIOSK", "name kiosks", "text other"]],
    ["q=kiosk%20big", ["name big kiosk"]],
    ["q=big%20kiosk", ["exact big kiosk"]],
    ["q=ki", ["prefix KIOSK", "prefix kiosks", "name big kiosk", "name arn:a:kiosk → arn:b:1", "text other"]],
    ["q=ulm%20kiosk", ["text other"]],
    ["q=kiosk&state=removed", ["name gone kiosk"]],
    [
      "q=kiosk&at=2026-03-01T12:00:00Z",
      ["exact KIOSK", "prefix Kiosk Berlin", "prefix kiosks", "name big kiosk", "name gone kiosk", "text other"],
    ],
    ["q=berlin", []],
    // An accent may be a character of its own, or not.
    [`q=${RENAMED}`, [`exact ${RENAMED}`]],
    [`q=${RENAMED.normalize("NFC").toUpperCase()}`, [`exact ${RENAMED}`]],
    ["q=arn:b:1", ["name arn:a:kiosk → arn:b:1"]],
    ["q=us-east-1", ["text arn:a:kiosk → arn:b:1"]],
    ["q=Value", []],
    ["q=%25", []],
    ["q=%22kiosk", []],
  ])("?%s", async (query, wanted) => {
    const world = await withNames();
    expect(await ranked(world, query)).toEqual(wanted);
    // The index is there by now, and changes nothing.
    await (world.store as SqliteStore).indexForSearch(createNameOf(SOURCES));
    expect(await ranked(world, query)).toEqual(wanted);
    // Without an index each page ranks what it has read.
    const found = await ranked(withoutIndex(world), query);
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });

  test("says where the words are, and returns the document only when asked", async () => {
    const world = await withNames();
    const { items } = await world.read<Page<Hit>>("/v1/search?q=site%20ulm%20other");
    expect(items[0]?.matched).toEqual([
      { path: "name", value: "other" },
      { path: "document.tags[0].Key", value: "site" },
      { path: "document.tags[0].Value", value: "a kiosk in Ulm" },
    ]);
    expect(items[0]?.document).toBeUndefined();
    const { items: more } = await world.read<Page<Hit>>("/v1/search?q=ulm&fields=state,document.collaborationName");
    expect(more[0]).toMatchObject({ state: "present", document: { collaborationName: "other" } });
    expect(more[0]?.region).toBeUndefined();
  });

  test("without an index says how far it came", async () => {
    const scanning = withoutIndex(await withNames());
    const { items, ...page } = await scanning.read<Page<Hit>>("/v1/search?q=kiosk&limit=1");
    expect(items).toHaveLength(1);
    expect(page).toMatchObject({
      scanned: { items: 6, through: { source: MEMBERSHIPS, region: "eu-west-1", key: membership(2).arn } },
    });
    const whole = await scanning.read<Page<Hit>>("/v1/search?q=kiosk");
    expect(whole.items.map(({ rank }) => rank)).toEqual(["exact", "prefix", "name", "name", "text"]);
    expect(whole).not.toHaveProperty("scanned");
  });
});
