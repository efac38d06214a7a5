import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { MAX_DEPTH } from "./source.ts";

/** A listing as text, as far as it was seen: its digest, and the pages of it that are held. */
export interface ListingText {
  /**
   * Takes in a page. It is held until pages are taken out; from then on its documents are answered at once, in the form in
   * which they are stored: as the SDK returns them, but for timestamps, which become ISO strings.
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
  let pages: (string | Buffer)[] | undefined = [];
  let characters = 0;
  let documents = 0;
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
      const compressed = (characters / documents) * Math.max(expected, documents) > plain;
      const kept = compressed ? deflateRawSync(text, { level: 1 }) : text;
      pages.push(kept);
      held += kept.length;
      return undefined;
    },
    *takeOut() {
      const taken = (pages ?? []).reverse();
      pages = undefined;
      held = 0;
      for (let page = taken.pop(); page !== undefined; page = taken.pop()) {
        yield JSON.parse(typeof page === "string" ? page : inflateRawSync(page).toString()) as unknown[];
      }
    },
    digest: () => hash.copy().digest("base64url"),
  };
}

/** JSON of the documents; of those that are too deep to be written, as far down as tells that they are. */
function textOf(documents: readonly unknown[]): string {
  try {
    return JSON.stringify(documents);
  } catch (error) {
    if (error instanceof RangeError) return JSON.stringify(documents.map((document) => cutOff(document, 0)));
    throw error;
  }
}

function cutOff(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (depth > MAX_DEPTH + 1) return null;
  if (Array.isArray(value)) return value.map((element) => cutOff(element, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cutOff(member, depth + 1)]));
}
