import { type KeyRange, successor } from "../model/collection.ts";
import { startDigest } from "../model/digest.ts";

/*
 * The outline of a set of items: in key order they are divided into stretches, and of each stretch there is a digest. Where
 * a stretch ends, its last item tells, so a change touches the digest of its own stretch, now and then the next one's, and no other.
 *
 *   items    a b c d | e f | g h i j k | l …          | after each item whose hash begins with A to P, one in four
 *   outline     1       2        3
 *
 * An outline is a hint: what is concluded from it is checked against the digest of the whole.
 */

export interface Outlined {
  readonly key: string;
  /** See item.ts. */
  readonly hash: string;
}

const LAST_IN_STRETCH = /^[A-P]/;
const DIGEST_BYTES = 8;
const BEYOND_BASIC_PLANE = /[\ud800-\udfff]/;

/** The outline of items in key order: about two bytes for each. */
export function outlineOf(items: readonly Outlined[]): Uint8Array {
  const digests = [...stretchesOf(items)].map(({ digest }) => digest);
  const outline = Buffer.alloc(digests.length * DIGEST_BYTES);
  for (const [place, digest] of digests.entries()) outline.writeBigUInt64BE(digest, place * DIGEST_BYTES);
  return outline;
}

/** Items in key order, if no key comes twice and they sort here as they do in the store: by UTF-8 bytes. */
export function inKeyOrder<T extends Outlined>(items: readonly T[]): readonly T[] | undefined {
  if (items.some(({ key }) => BEYOND_BASIC_PLANE.test(key))) return undefined;
  const sorted = items.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return sorted.some(({ key }, place) => key === sorted[place - 1]?.key) ? undefined : sorted;
}

/** What an outline tells of a listing. */
export interface Comparison {
  /** The items in stretches that the outline has too. */
  readonly same: readonly Outlined[];
  /** Where everything else lies, whether listed or stored: in key order, not overlapping. */
  readonly elsewhere: readonly KeyRange[];
}

/** Compares what is listed in a range, in key order, with the outline of what was there before. */
export function compareWithOutline(items: readonly Outlined[], outline: Uint8Array, range: KeyRange): Comparison {
  const places = placesIn(outline);
  const same: Outlined[] = [];
  const elsewhere: KeyRange[] = [];
  let from = range.from;
  let next = 0;
  let changed = false;
  const passTo = (place: number | undefined, until: string | undefined) => {
    if (changed || place !== next) {
      elsewhere.push({ ...(from !== undefined && { from }), ...(until !== undefined && { until }) });
    }
  };
  for (const { first, end, digest } of stretchesOf(items)) {
    const place = places.get(digest);
    if (place === undefined) {
      changed = true;
      continue;
    }
    const stretch = items.slice(first, end);
    passTo(place, stretch[0]?.key);
    for (const item of stretch) same.push(item);
    from = successor(stretch.at(-1)?.key ?? "");
    next = place + 1;
    changed = false;
  }
  passTo(places.size, range.until);
  return { same, elsewhere };
}

interface Stretch {
  /** The places of its first item, and of the one after its last. */
  readonly first: number;
  readonly end: number;
  readonly digest: bigint;
}

function* stretchesOf(items: readonly Outlined[]): Generator<Stretch> {
  let first = 0;
  let digest = startDigest();
  for (const [place, { hash }] of items.entries()) {
    digest.toggle(hash);
    if (!LAST_IN_STRETCH.test(hash) && place < items.length - 1) continue;
    const end = place + 1;
    yield { first, end, digest: Buffer.from(digest.text(), "base64url").readBigUInt64BE() };
    first = end;
    digest = startDigest();
  }
}

/** The place of each stretch, by its digest. */
function placesIn(outline: Uint8Array): ReadonlyMap<bigint, number> {
  const bytes = Buffer.from(outline);
  const places = new Map<bigint, number>();
  for (let at = 0; at + DIGEST_BYTES <= bytes.length; at += DIGEST_BYTES) {
    places.set(bytes.readBigUInt64BE(at), at / DIGEST_BYTES);
  }
  return places;
}
