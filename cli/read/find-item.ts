import { isId } from "../../functions/api/ids.ts";
import type { ItemBody } from "../../functions/api/items.ts";
import { ACCOUNT } from "../../functions/model/collection.ts";
import { fold, MAX_SEARCH_WORDS } from "../../functions/model/search.ts";
import { UsageError } from "../usage.ts";
import { type Api, entriesOf } from "./api.ts";

/** What people may write for an item: its id, its short id, its key, or its name. */
export const ITEM_ARGUMENT = "an item: its id, its name, or its key, such as an ARN";

/** An item that a search found. */
export interface Found extends Pick<ItemBody, "id" | "key" | "source" | "account" | "region" | "state"> {
  readonly shortId: string;
  readonly name: string;
  readonly rank: "exact" | "prefix" | "name" | "text";
  readonly matched: readonly { readonly path: string; readonly value: string }[];
}

/** Of so many that have the words one may have them as its key, and so many are named where several are meant. */
const MAX_FOUND = 100;
const MAX_CHOICES = 5;

/**
 * The id of the item that the text names: the text itself if it is one, else the only item with that name or key. Throws a UsageError
 * that lists the items that it may be, or says that there is none.
 */
export async function itemIdOf(api: Api, text: string, at?: string): Promise<string> {
  // An account's twelve digits may be a short id; more often they are a name.
  if (isId(text) && !ACCOUNT.test(text)) return text;
  const words = wordsOf(text);
  if (words.length === 0) throw new UsageError(`no item is called "${text}": give its id, its name or its key`);
  const query = [
    ["q", words.slice(0, MAX_SEARCH_WORDS).join(" ")],
    ["state", "all"],
    ["at", at],
  ] as const;
  const found: Found[] = [];
  for await (const each of entriesOf<Found>(api, "/v1/search", query, MAX_FOUND)) {
    found.push(each);
    if (found.length === MAX_FOUND) break;
  }
  const isCalled: ((item: Found) => boolean)[] = [
    ({ key }) => key === text,
    ({ name }) => wordsOf(name).join(" ") === words.join(" "),
    () => words.length <= MAX_SEARCH_WORDS,
  ];
  const choices = isCalled.map((test) => found.filter(test)).find(({ length }) => length > 0) ?? [];
  const [only, ...others] = choices;
  if (!only && isId(text)) return text;
  if (!only) throw new UsageError(`no item is called "${text}": look with \`npx stocktake search\``);
  if (others.length === 0) return only.id;
  const names = choices.slice(0, MAX_CHOICES).map(({ shortId, name, source }) => `${shortId} (${name}, ${source})`);
  const more = choices.length > MAX_CHOICES ? ", and others" : "";
  throw new UsageError(`"${text}" may be ${names.join(", ")}${more}: give one of these ids`);
}

function wordsOf(text: string): readonly string[] {
  return fold(text).split(/\s+/).filter(Boolean);
}
