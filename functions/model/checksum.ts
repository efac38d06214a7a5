/**
 * The checksum of a set of items: the exclusive or of their 128-bit hashes. It does not depend on their order, and the checksum of a
 * changed set follows from the change alone.
 */
export interface Checksum {
  /** Adds an item that is not in the set, removes one that is. `hash` is an item's hash, 22 characters of base64url. */
  xor(hash: string): void;
  /** 22 characters of base64url. */
  text(): string;
}

/** The checksum of no items. */
export const EMPTY_CHECKSUM = "AAAAAAAAAAAAAAAAAAAAAA";

/** Starts from the checksum of a set, by default the empty one. Throws RangeError for a text that is not 128 bits. */
export function createChecksum(text: string = EMPTY_CHECKSUM): Checksum {
  const bits = readWords(text, new Int32Array(4));
  const words = new Int32Array(4);
  return {
    xor(hash) {
      readWords(hash, words);
      for (let word = 0; word < bits.length; word += 1) bits[word] = (bits[word] ?? 0) ^ (words[word] ?? 0);
    },
    text: () => Buffer.from(bits.buffer).toString("base64url"),
  };
}

/** Where a hash is decoded into, since this is done for every item. */
const decoded = Buffer.alloc(16);

function readWords(text: string, words: Int32Array): Int32Array {
  if (decoded.write(text, "base64url") !== decoded.length) throw new RangeError(`"${text}" is not 128 bits`);
  for (let word = 0; word < 4; word += 1) words[word] = decoded.readInt32LE(word * 4);
  return words;
}
