import { SyncError } from "./errors.ts";

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

/** Starts from the checksum of a set, by default the empty one. Throws SyncError `damaged` for a text that is not 128 bits. */
export function createChecksum(text: string = EMPTY_CHECKSUM): Checksum {
  const bits = bitsOf(text);
  return {
    xor(hash) {
      const others = bitsOf(hash);
      for (let n = 0; n < bits.length; n += 1) bits[n] = (bits[n] ?? 0) ^ (others[n] ?? 0);
    },
    text: () => bits.toString("base64url"),
  };
}

/** Whether a text can be a checksum, or an item's hash. */
export function isChecksum(text: string): boolean {
  return Buffer.from(text, "base64url").length === 16;
}

function bitsOf(text: string): Buffer {
  const bits = Buffer.from(text, "base64url");
  if (bits.length !== 16) {
    const message = `a hash that is stored, ${JSON.stringify(text)}, is none: run \`stocktake verify --repair\``;
    throw new SyncError("damaged", message);
  }
  return bits;
}
