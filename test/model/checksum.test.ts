import fc from "fast-check";
import { expect, test } from "vitest";
import { EMPTY_DIGEST, startDigest } from "../../functions/model/digest.ts";

const hash = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("base64url"));
const digestOf = (hashes: readonly string[], before?: string) => {
  const digest = startDigest(before);
  for (const one of hashes) digest.toggle(one);
  return digest.text();
};

test("of nothing is the empty one", () => expect(digestOf([])).toBe(EMPTY_DIGEST));
test("is the same in any order, and of a set that was changed as of one made so", () => {
  fc.assert(
    fc.property(fc.uniqueArray(hash), fc.uniqueArray(hash), (kept, gone) => {
      const all = [...kept, ...gone];
      expect(digestOf(all.toReversed())).toBe(digestOf(all));
      expect(digestOf(gone, digestOf(all))).toBe(digestOf(kept));
      expect(digestOf(all)).toMatch(/^[\w-]{22}$/);
    }),
  );
});
test("is another for another set", () => {
  fc.assert(
    fc.property(fc.uniqueArray(hash), hash, (hashes, other) => {
      expect(digestOf([...hashes, other])).not.toBe(other === EMPTY_DIGEST ? "" : digestOf(hashes));
    }),
  );
});
