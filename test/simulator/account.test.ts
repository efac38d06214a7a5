import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SimulatedAccount } from "../../simulator/account.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { compareText, SortedList } from "../../simulator/sorted-list.ts";

const BASE_TIME = Date.parse("2025-06-01T00:00:00.000Z");

describe("a simulated account", () => {
  test("is the same after being saved and loaded", () => {
    const account = seedAccount({ baseTime: BASE_TIME, associations: 200 });
    account.steps = 17;
    const loaded = SimulatedAccount.load(account.save());
    expect(loaded.save()).toBe(account.save());
    expect([loaded.accountId, loaded.region, loaded.steps]).toEqual(["111122223333", "eu-west-1", 17]);
    expect([...loaded.associations]).toEqual([...account.associations]);
    expect([...loaded.imageAssociations]).toEqual([...account.imageAssociations]);
  });

  test.each(["{}", "null", '{"format":99}'])("is not loaded from %s", (text) => {
    expect(() => SimulatedAccount.load(text)).toThrow("Not a simulated account");
  });

  test("has its associations in every order, whatever is edited", () => {
    const account = seedAccount({ baseTime: BASE_TIME, associations: 60 });
    const byType = account.associations.sortedBy("SourceType");
    const [first, second] = account.associations;
    if (first === undefined || second === undefined) throw new Error("Nothing was seeded");
    account.associations.put({ ...first, SourceType: "Zebra" });
    expect(account.associations.length).toBe(60);
    expect(byType.at(59)?.SourceType).toBe("Zebra");
    expect(account.associations.remove(second)).toBe(true);
    expect(account.associations.remove(second)).toBe(false);
    expect([...byType]).toHaveLength(59);
    account.associations.put({ SourceArn: "a", DestinationArn: "b", CreationTime: 1 });
    expect([account.associations.at(0)?.SourceArn, byType.at(0)?.SourceArn]).toEqual(["a", "a"]);
  });

  test("loses an image's associations with the image", () => {
    const account = seedAccount({ baseTime: BASE_TIME });
    const [{ ImageId } = { ImageId: "" }] = account.imageAssociations;
    const ofImage = account.imageAssociationsOf(ImageId).length;
    const before = account.imageAssociations.length;
    expect(ofImage).toBeGreaterThan(0);
    expect([account.removeImage(ImageId), account.removeImage(ImageId)]).toEqual([true, false]);
    expect(account.imageAssociations.length).toBe(before - ofImage);
  });
});

test("a sorted list holds what a map would, in order", () => {
  const edit = fc.record({ remove: fc.boolean(), key: fc.constantFrom(..."abcdefghij"), value: fc.nat() });
  fc.assert(
    fc.property(fc.array(edit), fc.array(edit), (initial, edits) => {
      const list = new SortedList<{ key: string; value: number }, { key: string }>(
        (a, b) => compareText(a.key, b.key),
        initial.map(({ key, value }) => ({ key, value })),
      );
      const map = new Map(initial.map(({ key, value }) => [key, value]));
      for (const { remove, key, value } of edits) {
        if (remove) expect(list.remove({ key })).toBe(map.delete(key));
        else list.put({ key, value });
        if (!remove) map.set(key, value);
      }
      const expected = [...map].map(([key, value]) => ({ key, value })).sort((a, b) => compareText(a.key, b.key));
      expect([...list]).toEqual(expected);
      for (const key of "adgj") {
        expect(list.get({ key })?.value).toBe(map.get(key));
        expect(list.indexFrom({ key })).toBe(expected.filter((item) => item.key < key).length);
        expect(list.indexAfter({ key })).toBe(expected.filter((item) => item.key <= key).length);
      }
    }),
  );
});
