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
  const words = new Int32Array(4);
  return {
    toggle(hash) {
      wordsOf(hash, words);
      for (let word = 0; word < bits.length; word += 1) bits[word] = (bits[word] ?? 0) ^ (words[word] ?? 0);
    },
    text: () => Buffer.from(bits.buffer).toString("base64url"),
  };
}

/** Where a hash is decoded into, since this is done for every item. */
const decoded = Buffer.alloc(16);

function wordsOf(text: string, words = new Int32Array(4)): Int32Array {
  if (decoded.write(text, "base64url") !== decoded.length) throw new RangeError(`"${text}" is not 128 bits`);
  for (let word = 0; word < 4; word += 1) words[word] = decoded.readInt32LE(word * 4);
  return words;
}
