import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { MAX_DEPTH } from "../model/source.ts";

/** A listing as text, as far as it was seen: its digest, and the pages of it that are held. */
export interface ListingText {
  /**
   * Takes in a page, and its documents over. It is held until pages are taken out; from then on its documents are answered at once, in the form in
   * which JSON gives them: as they were listed, but for timestamps, which become ISO strings.
   */
  add(documents: readonly unknown[]): unknown[] | undefined;
  /** The documents of the pages held, page by page in the form in which they are stored; each page is let go as it is given. */
  takeOut(): Iterable<unknown[]>;
  /** Documents seen so far. */
  readonly documents: number;
  /** Bytes of the pages held. */
  readonly held: number;
  /** Of everything seen so far: equal exactly when the same documents came in the same order, on whatever pages. */
  digest(): string;
}

export interface ListingTextOptions {
  /** Those by which documents are looked at: the same documents under others have another digest. */
  readonly rules: string;
  /** How many documents there probably are. */
  readonly expected: number;
  /** Pages of a listing that is probably longer than so many characters are held compressed: AWS's documents to a tenth. */
  readonly plain: number;
}

/**
 * Starts the text of a listing. Writing a page as one text and hashing it is the least that tells whether anything in it has
 * changed: looking at each document by itself takes several times as long.
 */
export function startListingText({ rules, expected, plain }: ListingTextOptions): ListingText {
  const hash = createHash("sha256").update(rules);
  const blocks = startBlocks();
  let pages: { readonly bytes: Buffer; readonly compressed: boolean }[] | undefined = [];
  let documents = 0;
  let characters = 0;
  let held = 0;
  return {
    get documents() {
      return documents;
    },
    get held() {
      return held;
    },
    add(page) {
      const text = textOf(page);
      documents += page.length;
      characters += text.length;
      hash.update(text.slice(1, -1)).update(",");
      if (!pages) return JSON.parse(text) as unknown[];
      const whole = (characters / Math.max(documents, 1)) * Math.max(expected, documents);
      const compressed = whole > plain;
      const bytes = compressed ? deflateRawSync(text, { level: 1 }) : blocks.write(text, whole - held);
      pages.push({ bytes, compressed });
      held += bytes.length;
      return undefined;
    },
    *takeOut() {
      const taken = (pages ?? []).reverse();
      pages = undefined;
      held = 0;
      for (let page = taken.pop(); page; page = taken.pop()) {
        const bytes = page.compressed ? inflateRawSync(page.bytes) : page.bytes;
        yield JSON.parse(bytes.toString()) as unknown[];
      }
    },
    digest: () => hash.copy().digest("base64url"),
  };
}

/** Of a block: at least a page or so, and a bit more than is likely to come. */
const LEAST_BLOCK_BYTES = 1 << 16;
const ROOM = 1.05;

/**
 * Texts as bytes in as few blocks as can be, outside the JavaScript heap: its garbage collector moves strings about, and
 * every large buffer sets it off. What of a block is never written takes no memory.
 */
function startBlocks() {
  let block = Buffer.alloc(0);
  let end = 0;
  return {
    /** `likely` is how many bytes there will probably be, this text's among them. */
    write(text: string, likely: number): Buffer {
      const length = Buffer.byteLength(text);
      if (end + length > block.length) {
        block = Buffer.allocUnsafeSlow(Math.ceil(Math.max(LEAST_BLOCK_BYTES, length, likely * ROOM)));
        end = 0;
      }
      const start = end;
      end += block.write(text, start);
      return block.subarray(start, end);
    },
  };
}

/** JSON of the documents; of those that are too deep to be written, as far down as tells that they are. */
function textOf(documents: readonly unknown[]): string {
  for (const document of documents) writeTimes(document);
  try {
    return JSON.stringify(documents);
  } catch (error) {
    if (error instanceof RangeError) return JSON.stringify(documents.map((document) => cutOff(document, 0)));
    throw error;
  }
}

/**
 * Writes the timestamps among a document's own members as JSON will: it takes its time over them, and what is listed together was often
 * made at the same time.
 */
function writeTimes(document: unknown): void {
  if (typeof document !== "object" || document === null) return;
  const members = document as Record<string, unknown>;
  for (const name in members) {
    const member = members[name];
    if (!(member instanceof Date)) continue;
    const ms = member.getTime();
    if (ms !== lastTime.ms) lastTime = { ms, text: member.toJSON() };
    members[name] = lastTime.text;
  }
}

let lastTime: { readonly ms: number; readonly text: string | null } = { ms: 0, text: new Date(0).toJSON() };

function cutOff(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (depth > MAX_DEPTH + 1) return null;
  if (Array.isArray(value)) return value.map((element) => cutOff(element, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cutOff(member, depth + 1)]));
}
