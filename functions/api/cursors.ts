import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Collection } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { Store } from "../store/port.ts";
import { Problem } from "./problems.ts";

/*
 * A cursor carries the read timestamp of its walk and where the next page begins: packed, preceded by a code that authenticates it
 * together with the request's other parameters (HMAC with the inventory's secret), base64url. It stays under 1 KB for keys of up to some
 * 650 characters, and for longer keys that compress as ARNs do. A key of the maximum 998 bytes that does not compress makes a cursor of
 * 1.5 KB.
 */

/** Where a page begins: in a collection, or in all of them, after a position that only the list itself understands. */
export interface Position {
  readonly collection: Collection;
  readonly after?: readonly string[];
}

export interface Cursor {
  readonly at: Instant;
  /** What relative instants of the request are relative to, epoch ms; absent when it has none. */
  readonly requestedAt?: number;
  readonly position: Position;
}

export interface Cursors {
  /** Packs a cursor. It is valid only for the request that `binding` stands for. */
  write(binding: string, cursor: Cursor): Promise<string>;
  /** Unpacks what `write` packed for the same binding. Anything else is a problem. */
  read(binding: string, text: string): Promise<Cursor>;
}

const CODE_BYTES = 12;
const MAX_LENGTH = 4_096;
const MAX_UNPACKED = 16_384;

/** The cursors of an inventory. They are valid in every process that serves it. */
export function createCursors(store: Pick<Store, "cursorSecret">): Cursors {
  let known: Uint8Array | undefined;
  // While the inventory has no secret, cursors are valid in this process.
  const own = randomBytes(32);
  const codeOf = async (binding: string, packed: Buffer) => {
    known ??= await store.cursorSecret();
    const code = createHmac("sha256", known ?? own).update(`3\n${binding}\n`);
    return code.update(packed).digest().subarray(0, CODE_BYTES);
  };
  return {
    async write(binding, { at, requestedAt, position }) {
      const parts = [at, requestedAt?.toString(36) ?? "", position.collection, ...(position.after ?? [])];
      const packed = deflateRawSync(JSON.stringify(parts), { level: 9 });
      return Buffer.concat([await codeOf(binding, packed), packed]).toString("base64url");
    },
    async read(binding, text) {
      const bytes = text.length <= MAX_LENGTH ? Buffer.from(text, "base64url") : Buffer.alloc(0);
      if (bytes.length <= CODE_BYTES || bytes.toString("base64url") !== text) throw invalidCursor("not a cursor");
      const packed = bytes.subarray(CODE_BYTES);
      if (!timingSafeEqual(bytes.subarray(0, CODE_BYTES), await codeOf(binding, packed))) {
        throw invalidCursor("the cursor was altered, or belongs to a request with other parameters");
      }
      const content = inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED }).toString();
      const [at = "", requestedAt = "", collection = "", ...after] = JSON.parse(content) as string[];
      return {
        at,
        ...(requestedAt !== "" && { requestedAt: Number.parseInt(requestedAt, 36) }),
        position: { collection, ...(after.length > 0 && { after }) },
      };
    },
  };
}

function invalidCursor(why: string): Problem {
  return new Problem(
    "invalid-cursor",
    `${why}: send nextCursor unchanged with the same parameters, or start again without it`,
    { members: { parameter: "cursor" } },
  );
}
