import { partsOf } from "./collection.ts";
import type { ItemRef } from "./item.ts";
import { nameOf, type ParsedDocument } from "./item-name.ts";
import { formatPath, type Path } from "./paths.ts";

/*
 * What a search looks at, and how. An index may name candidates; whether an item matches is decided here and nowhere else.
 */

/** Raised when what an item's name is, or what is searched of it, changes: an index of another version is made anew. */
export const SEARCH_INDEX_VERSION = 1;

/** How well an item matches, best first: its name is what was asked for, begins with it, has all words of it; or the words are elsewhere. */
export const SEARCH_RANKS = ["exact", "prefix", "name", "text"] as const;
export type SearchRank = (typeof SEARCH_RANKS)[number];

export interface SearchQuery {
  /** All that was asked for, folded. */
  readonly text: string;
  /** Its words: each must be somewhere. */
  readonly words: readonly string[];
}

/** A place in an item, and the text there. */
export interface SearchedText {
  readonly path: string;
  readonly text: string;
}

export interface SearchMatch {
  readonly rank: SearchRank;
  /** Where the words are, each place once. */
  readonly matched: readonly SearchedText[];
}

export const MAX_SEARCH_WORDS = 10;

/** What of a text makes no difference. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll("\u0000", " ");
}

/** Reads a query; undefined when it has no word, or too many. */
export function parseSearch(text: string): SearchQuery | undefined {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (words.length === 0 || words.length > MAX_SEARCH_WORDS) return undefined;
  return { text: words.join(" "), words: [...new Set(words)] };
}

/** Whether, how well and where an item matches; undefined when it does not. */
export function matchItem(
  ref: ItemRef,
  document: ParsedDocument,
  { text, words }: SearchQuery,
): SearchMatch | undefined {
  const places = textsOf(ref, document);
  const folded = places.map((place) => fold(place.text));
  const found = words.map((word) => folded.findIndex((each) => each.includes(word)));
  if (found.includes(-1)) return undefined;
  const matched = [...new Set(found)].sort((a, b) => a - b).flatMap((index) => places[index] ?? []);
  return { rank: rankOf(folded[0] ?? "", { text, words }), matched };
}

function rankOf(name: string, { text, words }: SearchQuery): SearchRank {
  if (name === text) return "exact";
  if (name.startsWith(text)) return "prefix";
  return words.every((word) => name.includes(word)) ? "name" : "text";
}

/** Everything of an item that a search looks at: its name first. */
export function textsOf({ collection, key }: ItemRef, document: ParsedDocument): SearchedText[] {
  const texts = [
    { path: "name", text: nameOf(key, document) },
    { path: "key", text: key },
  ];
  collect(document, ["document"], texts);
  return [...texts, ...Object.entries(partsOf(collection)).map(([path, text]) => ({ path, text }))];
}

function collect(value: unknown, path: Path, texts: SearchedText[]): void {
  if (typeof value === "string" || typeof value === "number")
    texts.push({ path: formatPath(path), text: String(value) });
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) for (const [index, element] of value.entries()) collect(element, [...path, index], texts);
  else for (const [name, member] of Object.entries(value)) collect(member, [...path, name], texts);
}
