/**
 * A digest of a set of items, the same in whatever order they come: the exclusive or of their hashes. An item is put in
 * and taken out the same way, so the digest of a changed set follows from the change alone.
 */
export interface Digest {
  /** Puts in an item that is not in the set, takes out one that is. `hash` is an item's hash, 128 bits in base64url. */
  toggle(hash: string): void;
  /** 22 characters of base64url. */
  text(): string;
}

/** The digest of no items. */
export const EMPTY_DIGEST = "AAAAAAAAAAAAAAAAAAAAAA";

/** Starts from the digest of a set, by default the empty one. */
export function startDigest(text: string = EMPTY_DIGEST): Digest {
  const bits = wordsOf(text);
  return {
    toggle(hash) {
      const words = wordsOf(hash);
      for (let word = 0; word < bits.length; word += 1) bits[word] = (bits[word] ?? 0) ^ (words[word] ?? 0);
    },
    text: () => Buffer.from(bits.buffer).toString("base64url"),
  };
}

function wordsOf(text: string): Int32Array {
  const bytes = Buffer.from(text, "base64url");
  const words = new Int32Array(4);
  for (let word = 0; word < 4; word += 1) words[word] = bytes.readInt32LE(word * 4);
  return words;
}
