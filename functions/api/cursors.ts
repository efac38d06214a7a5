import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Collection } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import { Problem } from "./problems.ts";

/*
 * A cursor carries the read timestamp of its walk and where the next page begins: packed, preceded by a checksum over it and over the
 * request's other parameters, base64url. It stays under 1 KB for keys of up to some 650 characters, and for longer keys that compress as
 * ARNs do. A key of the maximum 998 bytes that does not compress makes a cursor of 1.5 KB.
 */

/** Where a page begins: in a collection, after a position that only the list itself understands. */
export interface Position {
  readonly collection: Collection;
  readonly after?: readonly string[];
}

export interface Cursor {
  readonly at: Instant;
  readonly position: Position;
}

const CHECKSUM_BYTES = 9;
const MAX_LENGTH = 4_096;
const MAX_UNPACKED = 16_384;

/** Packs a cursor. It is valid only for the request that `binding` stands for. */
export function writeCursor(binding: string, { at, position }: Cursor): string {
  const packed = deflateRawSync(JSON.stringify([at, position.collection, ...(position.after ?? [])]), { level: 9 });
  return Buffer.concat([checksum(binding, packed), packed]).toString("base64url");
}

/** Unpacks what `writeCursor` packed for the same binding. Anything else is a problem. */
export function readCursor(binding: string, text: string): Cursor {
  const bytes = text.length <= MAX_LENGTH ? Buffer.from(text, "base64url") : Buffer.alloc(0);
  if (bytes.length <= CHECKSUM_BYTES || bytes.toString("base64url") !== text) {
    throw invalidCursor("not a cursor");
  }
  const packed = bytes.subarray(CHECKSUM_BYTES);
  if (!bytes.subarray(0, CHECKSUM_BYTES).equals(checksum(binding, packed))) {
    throw invalidCursor("the cursor was altered, or belongs to a request with other parameters");
  }
  const [at, collection, ...after] = textsIn(unpack(packed));
  if (at === undefined || collection === undefined) throw invalidCursor("not a cursor");
  return { at, position: { collection, ...(after.length > 0 && { after }) } };
}

function checksum(binding: string, packed: Buffer): Buffer {
  return createHash("sha256").update(`1\n${binding}\n`).update(packed).digest().subarray(0, CHECKSUM_BYTES);
}

function textsIn(content: unknown): readonly string[] {
  return Array.isArray(content) && content.every((each) => typeof each === "string") ? content : [];
}

function unpack(packed: Buffer): unknown {
  try {
    return JSON.parse(inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED }).toString());
  } catch {
    return undefined;
  }
}

function invalidCursor(why: string): Problem {
  return new Problem(
    "invalid-cursor",
    `${why}: send nextCursor unchanged with the same parameters, or start again without it`,
    { members: { parameter: "cursor" } },
  );
}
