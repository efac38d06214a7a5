import { partsOf } from "./collection.ts";
import type { ItemRef } from "./item.ts";
import { formatPath, type Path } from "./paths.ts";

/*
 * What a search looks at, and how. An index may name candidates; whether an item matches is decided here and nowhere else.
 */

/** Raised when what an item's name is, or what is searched of it, changes: an index of another version is made again. */
export const SEARCH_INDEX_VERSION = 4;

/** How well an item matches, best first: its name is what was asked for, begins with it, has all words of it; or the words are elsewhere. */
export const SEARCH_RANKS = ["exact", "prefix", "name", "text"] as const;
export type SearchRank = (typeof SEARCH_RANKS)[number];

export interface SearchQuery {
  /** All that was asked for, folded. */
  readonly text: string;
  /** Its words: each must be somewhere. */
  readonly words: readonly string[];
}

/** A text in an item, and where. */
export interface SearchedText {
  readonly path: string;
  readonly text: string;
}

/** A text, and where it is: its path is written only when it matters. */
interface Place {
  readonly path: Path;
  readonly text: string;
}

export interface SearchMatch {
  readonly rank: SearchRank;
  /** Where the words are, each path once. */
  readonly matched: readonly SearchedText[];
}

/** An item, and what people call it. */
export interface NamedItem extends ItemRef {
  readonly name: string;
}

export const MAX_SEARCH_WORDS = 10;

const NOT_PLAIN = /[^ -~]/;

/** A text without what makes no difference: case, and whether an accent is a character of its own. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  // Most need no more, which would take longer than all else here.
  return NOT_PLAIN.test(lower) ? lower.normalize().replaceAll("\u0000", " ") : lower;
}

/** Reads a query; undefined when it has no word, or too many. */
export function parseSearch(text: string): SearchQuery | undefined {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (words.length === 0 || words.length > MAX_SEARCH_WORDS) return undefined;
  return { text: words.join(" "), words: [...new Set(words)] };
}

/** Whether, how well and where an item with this name matches; undefined when it does not. */
export function matchItem(item: NamedItem, document: unknown, { text, words }: SearchQuery): SearchMatch | undefined {
  const texts = textsOf(item, document);
  const folded = texts.map((each) => fold(each.text));
  const found = words.map((word) => folded.findIndex((text) => text.includes(word)));
  if (found.includes(-1)) return undefined;
  const indexes = [...new Set(found)].sort((a, b) => a - b);
  const matched = indexes.flatMap((index) => {
    const each = texts[index];
    return each ? [{ path: formatPath(each.path), text: each.text }] : [];
  });
  return { rank: rankOf(folded[0] ?? "", { text, words }), matched };
}

function rankOf(name: string, { text, words }: SearchQuery): SearchRank {
  if (name === text) return "exact";
  if (name.startsWith(text)) return "prefix";
  return words.every((word) => name.includes(word)) ? "name" : "text";
}

/** Everything of an item that a search looks at: its name first. */
export function textsOf({ collection, key, name }: NamedItem, document: unknown): Place[] {
  const texts: Place[] = [
    { path: ["name"], text: name },
    { path: ["key"], text: key },
  ];
  collect(document, ["document"], texts);
  return [...texts, ...Object.entries(partsOf(collection)).map(([part, text]) => ({ path: [part], text }))];
}

function collect(value: unknown, path: Path, texts: Place[]): void {
  if (typeof value === "string" || typeof value === "number") texts.push({ path, text: String(value) });
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) for (const [index, element] of value.entries()) collect(element, [...path, index], texts);
  else for (const [name, member] of Object.entries(value)) collect(member, [...path, name], texts);
}

/**
 * Whether an item may have all the words, by the JSON text of its document: far quicker than looking at each text in it, and never false
 * where one has.
 */
export function mayMatch({ collection, key }: ItemRef, json: string, words: readonly string[]): boolean {
  const document = fold(json);
  // What is escaped may be so in more than one way.
  if (document.includes("\\")) return true;
  const others = `${collection}\n${fold(key)}`;
  return words.every((word) => others.includes(word) || !PLAIN.test(word) || document.includes(word));
}

/** Without what JSON escapes, or another case may be written otherwise. */
const PLAIN = /^[ !#-.0-[\]-~]+$/;
