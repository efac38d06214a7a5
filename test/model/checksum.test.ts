import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createChecksum, EMPTY_CHECKSUM } from "../../functions/model/checksum.ts";

const hash = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("base64url"));
const checksumOf = (hashes: readonly string[], before?: string) => {
  const checksum = createChecksum(before);
  for (const one of hashes) checksum.xor(one);
  return checksum.text();
};

describe("a checksum", () => {
  test("of no items is the empty one", () => {
    expect(checksumOf([])).toBe(EMPTY_CHECKSUM);
  });
  test("does not depend on order, and follows a changed set by the change alone", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hash), fc.uniqueArray(hash), (kept, gone) => {
        const all = [...kept, ...gone];
        expect(checksumOf(all.toReversed())).toBe(checksumOf(all));
        expect(checksumOf(gone, checksumOf(all))).toBe(checksumOf(kept));
        expect(checksumOf(all)).toMatch(/^[\w-]{22}$/);
      }),
    );
  });
  test("differs for another set", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hash), hash, (hashes, other) => {
        expect(checksumOf([...hashes, other])).not.toBe(other === EMPTY_CHECKSUM ? "" : checksumOf(hashes));
      }),
    );
  });
  test.each(["", "AAAA", "not base64 at all!"])("refuses %j, which is not 128 bits", (text) => {
    const damaged = expect.objectContaining({
      code: "damaged",
      message: expect.stringContaining(JSON.stringify(text)),
    });
    expect(() => createChecksum(text)).toThrow(damaged);
    expect(() => createChecksum().xor(text)).toThrow(damaged);
  });
});
