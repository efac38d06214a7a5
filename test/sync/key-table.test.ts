import fc from "fast-check";
import { expect, test } from "vitest";
import { startKeyTable } from "../../functions/sync/key-table.ts";

test("numbers keys in the order in which they first come, and knows them again", () => {
  const keys = fc.string({ maxLength: 300, unit: fc.constantFrom("a", "b", "#", "ü", "漢", "\u{1f600}", "\u0000") });
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 300 }), (keys) => {
      const table = startKeyTable();
      const distinct = [...new Set(keys)];
      for (const key of keys) expect(table.numberOf(key)).toBe(distinct.indexOf(key));
      for (const [number, key] of distinct.entries()) {
        expect(table.key(number)).toBe(key);
        expect(table.find(key)).toBe(number);
      }
      expect(table.size).toBe(distinct.length);
      expect(table.find("never came")).toBeUndefined();
    }),
  );
});

test("holds many, and long ones, over many blocks", () => {
  const table = startKeyTable();
  const keys = Array.from({ length: 20_000 }, (_, n) => `${n}#${"x".repeat((n * 7) % 1_000)}`);
  for (const [n, key] of keys.entries()) expect(table.numberOf(key)).toBe(n);
  expect(keys.every((key, n) => table.find(key) === n && table.key(n) === key)).toBe(true);
  // Blocks that are filled to the last byte.
  const full = startKeyTable();
  for (let n = 0; n < 5_000; n += 1) full.numberOf(String(n).padEnd(1_024, "."));
  expect(full.key(1_024).trimEnd()).toMatch(/^1024\.+$/);
  expect(full.find(String(3_000).padEnd(1_024, "."))).toBe(3_000);
});

test("refuses what cannot be a key", () => {
  expect(() => startKeyTable().numberOf("x".repeat(1_025))).toThrow("1025 characters");
});
