import { setImmediate as yieldToOthers } from "node:timers/promises";
import { type Collection, compareKeys } from "../../model/collection.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import type { Instant } from "../../model/instant.ts";
import type { ItemRef, ItemVersion } from "../../model/item.ts";
import { shortIdOf } from "../../model/item-id.ts";
import type { NameOf } from "../../model/node.ts";
import { fold, mayMatch, textsOf } from "../../model/search.ts";
import type { CandidateSearch, Order, Store } from "../port.ts";
import type { Row, SqliteDatabase, Value } from "./database.ts";

/*
 * The search index follows the log, as any follower does: of each collection it has every version up to an instant, and what is later is
 * looked through row by row. It is built and caught up after a search, in short transactions, so that no sync waits for it.
 */

/** Rows read and indexed at a time: others wait no longer than that takes. */
const BATCH = 100;
const SCANNED_AT_A_TIME = 1_000;

/** Of all collections, or of those in ?2: the ones that the index lacks something of. */
const STRETCHES = `
  SELECT s.collection, p.at FROM (SELECT DISTINCT collection FROM stored_scopes) s
  LEFT JOIN stored_search_progress p ON p.collection = s.collection
  WHERE (p.at IS NULL OR p.at < ?1) AND (?2 IS NULL OR s.collection IN (SELECT value FROM json_each(?2)))`;
const PUT_PROGRESS = `
  INSERT INTO stored_search_progress (collection, at) VALUES (?, ?)
  ON CONFLICT (collection) DO UPDATE SET at = max(at, excluded.at)`;
const PUT_ROW = `
  INSERT OR IGNORE INTO stored_search (collection, key, at, name, short_id, text) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`;
const PUT_NAME = "INSERT INTO stored_search_name (rowid, name) VALUES (?, ?)";
const PUT_TEXT = "INSERT INTO stored_search_text (rowid, text) VALUES (?, ?)";
/** Every stored version, and then what each change of the log made and ended. A page begins after the first two columns of the last row. */
const VERSIONS = `
  SELECT key, at, document FROM stored_versions WHERE collection = ? AND (key, at) > (?, ?) AND at <= ? ORDER BY key, at LIMIT ?`;
const LOG = `
  SELECT at, key, coalesce(document, before_document), before_at, before_document FROM stored_changes
  WHERE collection = ? AND (at, key) > (?, ?) AND at <= ? ORDER BY at, key LIMIT ?`;

/** One version, as far as it is indexed. */
type Version = Pick<ItemVersion, "collection" | "key" | "at" | "document">;

interface Indexed extends Omit<Version, "document"> {
  readonly name: string;
  readonly text: string;
}

/** A stretch of what there is to index. */
interface Stretch {
  readonly collection: Collection;
  /** The instant up to which the index has everything; absent when it has nothing. */
  readonly from: Instant | undefined;
  readonly until: Instant;
}

export type SearchStore = Required<Pick<Store, "searchCandidates" | "itemsOfShortId">> & {
  /** Brings the index up to date, as it is brought after a search. */
  indexForSearch(nameOf: NameOf): Promise<void>;
  /** Ends once nothing is indexed any more. */
  close(): Promise<void>;
};

/** The items that a search looks at. Where the index is not kept up to date after searches, `indexForSearch` does it. */
export function searchStore(
  database: SqliteDatabase,
  readTimestamp: () => Promise<Instant>,
  isKept: boolean,
): SearchStore {
  let isOpen = true;
  let catchingUp: Promise<void> | undefined;
  /** What the last search calls an item: without it nothing can be indexed. */
  let known: NameOf | undefined;

  const stretchesOf = async (collections: readonly Collection[] | undefined): Promise<Stretch[]> => {
    const until = await readTimestamp();
    const named = collections ? JSON.stringify(collections) : null;
    const rows = await database.read(() => database.all(STRETCHES, [until, named]));
    return rows.map(([collection, from]) => ({
      ...{ collection: String(collection), from: typeof from === "string" ? from : undefined, until },
    }));
  };

  async function* pagesOf(sql: string, { collection, until }: Stretch, start: readonly Value[], limit: number) {
    for (let after: readonly Value[] | undefined = start; after; ) {
      const parameters: readonly Value[] = [collection, ...after, until, limit];
      const rows = await database.read(() => database.all(sql, parameters));
      yield rows;
      after = rows.length < limit ? undefined : rows.at(-1)?.slice(0, 2);
    }
  }
  /** The versions of a stretch, in pages. */
  async function* versionsOf(stretch: Stretch, limit: number): AsyncGenerator<Version[]> {
    const { collection, from } = stretch;
    if (from === undefined) {
      for await (const rows of pagesOf(VERSIONS, stretch, ["", ""], limit)) {
        yield rows.map(([key, at, document]) => versionOf(collection, [key, at, document]));
      }
    }
    for await (const rows of pagesOf(LOG, stretch, [from === undefined ? "" : `${from}~`, ""], limit)) {
      yield rows.flatMap(([at, key, document, beforeAt, before]) => {
        // What was there before is in the index, unless the index is new and the log does not go back as far.
        const earlier = from === undefined && beforeAt !== null ? [versionOf(collection, [key, beforeAt, before])] : [];
        return document === before ? earlier : [...earlier, versionOf(collection, [key, at, document])];
      });
    }
  }

  const index = async (stretch: Stretch, nameOf: NameOf) => {
    for await (const versions of versionsOf(stretch, BATCH)) {
      if (!isOpen) return;
      const rows = versions.flatMap((version) => indexed(version, nameOf));
      await database.write(() => {
        for (const { collection, key, at, name, text } of rows) {
          const row = [collection, escapeNul(key), at, name, shortIdOf({ collection, key }), text];
          const [id] = database.first(PUT_ROW, row) ?? [];
          if (id === undefined) continue;
          database.run(PUT_NAME, [id, name]);
          database.run(PUT_TEXT, [id, `${name}\n${text}`]);
        }
      });
      await yieldToOthers();
    }
    if (isOpen) await database.write(() => database.run(PUT_PROGRESS, [stretch.collection, stretch.until]));
  };
  const catchUp = async (nameOf: NameOf) => {
    for (const stretch of await stretchesOf(undefined)) await index(stretch, nameOf);
  };
  /** Once at a time, and not for this request: it has looked through what the index lacks. */
  const catchUpLater = () => {
    if (!isKept || !isOpen || !known) return;
    catchingUp ??= catchUp(known)
      .catch(() => {
        // Another process may hold the database: the next search looks through what the index lacks, and tries again.
      })
      .finally(() => {
        catchingUp = undefined;
      });
  };

  /** Looks through what the index lacks. */
  const pending = async <T>(
    collections: readonly Collection[] | undefined,
    matchesOf: (version: Version) => readonly T[],
  ): Promise<T[]> => {
    const found: T[] = [];
    const stretches = await stretchesOf(collections);
    for (const stretch of stretches) {
      for await (const versions of versionsOf(stretch, SCANNED_AT_A_TIME)) {
        for (const version of versions) found.push(...matchesOf(version));
        await yieldToOthers();
      }
    }
    if (stretches.length > 0) catchUpLater();
    return found;
  };
  /** What was looked through last: a search asks for the same words several times. */
  let latest: { readonly id: string; readonly found: Promise<Indexed[]> } | undefined;
  const pendingWith = async ({ collections, nameOf, ...search }: CandidateSearch): Promise<Indexed[]> => {
    const words = [...new Set(search.words.flatMap((word) => word.split(" ")))].sort();
    const id = JSON.stringify([await stretchesOf(collections), words]);
    if (latest?.id !== id) {
      const found = pending(collections, (version) =>
        mayMatch(version, version.document, words) ? indexed(version, nameOf) : [],
      );
      latest = { id, found };
      // A failure is this request's, and not the next one's.
      found.catch(() => {
        latest = undefined;
      });
    }
    return latest.found;
  };

  return {
    indexForSearch: catchUp,
    async close() {
      isOpen = false;
      await catchingUp;
    },
    async searchCandidates(search, { limit, after }) {
      const { order, nameOf } = search;
      known = nameOf;
      // Read first: what is indexed meanwhile is then in both.
      const unindexed = (await pendingWith(search)).filter(matcherOf(search));
      const later = unindexed.filter((item) => !after || compare(item, after, order) > 0);
      const rows = await database.read(() => matchingRows(database, search, { after, limit: limit + 1 }));
      const found = distinct([...rows.map(refOf), ...later], order);
      const items = found.slice(0, limit);
      const next = found.length > limit ? items.at(-1) : undefined;
      return { items, ...(next && { next }) };
    },
    async itemsOfShortId(shortId) {
      const unindexed = await pending<ItemRef>(undefined, (version) =>
        shortIdOf(version) === shortId ? [version] : [],
      );
      const query = "SELECT DISTINCT collection, key FROM stored_search WHERE short_id = ?";
      const rows = await database.read(() => database.all(query, [shortId]));
      return distinct([...rows.map(refOf), ...unindexed], "asc");
    },
  };
}

function refOf([collection, key]: Row): ItemRef {
  return { collection: String(collection), key: unescapeNul(String(key)) };
}

function versionOf(collection: Collection, [key, at, document]: readonly (Value | undefined)[]): Version {
  return { collection, key: unescapeNul(String(key)), at: String(at), document: String(document) };
}

/** A version as it is indexed; nothing of a document that cannot be read, which verifying finds. */
function indexed({ collection, key, at, document: text }: Version, nameOf: NameOf): Indexed[] {
  const item = { collection, key };
  try {
    const document: unknown = JSON.parse(text);
    const texts = textsOf({ ...item, name: nameOf(item, document) }, document);
    const [name, ...others] = texts.map(({ text }) => fold(text));
    return [{ ...item, at, name: name ?? "", text: others.join("\n") }];
  } catch {
    return [];
  }
}

function matcherOf({ words, where }: CandidateSearch): (row: Indexed) => boolean {
  const [text = ""] = words;
  if (where === "exact") return ({ name }) => name === text;
  if (where === "prefix") return ({ name }) => name.startsWith(text);
  if (where === "name") return ({ name }) => words.every((word) => name.includes(word));
  return (row) => words.every((word) => row.name.includes(word) || row.text.includes(word));
}

/** Where an index finds so few rows, all of them are read and sorted; otherwise the items are walked in order. */
const MAX_SORTED = 1_000;

/** A part of a statement, and its parameters. */
type Sql = readonly [text: string, ...parameters: Value[]];

/** A page of the items that match, in order. */
function matchingRows(
  database: SqliteDatabase,
  search: CandidateSearch,
  { after, limit }: { readonly after: ItemRef | undefined; readonly limit: number },
): readonly Row[] {
  const [found, ...sought] = foundBy(search) ?? [];
  const [range, ...bounds] = rangeOf(search, after);
  const [match, ...values] = matchOf(search);
  const count = found && `SELECT count(*) FROM (${found} LIMIT ${MAX_SORTED + 1})`;
  const isRare = count !== undefined && Number(database.first(count, sought)?.[0]) <= MAX_SORTED;
  const direction = search.order === "asc" ? "" : " DESC";
  const sql = `
    SELECT DISTINCT s.collection, s.key
    FROM stored_search s ${isRare ? "NOT INDEXED" : "INDEXED BY stored_search_by_item"}
    WHERE ${isRare ? `s.id IN (${found}) AND ` : ""}${range} AND ${match}
    ORDER BY s.collection${direction}, s.key${direction} LIMIT ?`;
  return database.all(sql, [...(isRare ? sought : []), ...bounds, ...values, limit]);
}

/** Finds the ids of all rows that match, and perhaps of others, in an index. Undefined where none has the words: they are too short. */
function foundBy(search: CandidateSearch): Sql | undefined {
  const { words, where } = search;
  if (where === "exact" || where === "prefix") {
    const [match, ...values] = matchOf(search);
    return [`SELECT s.id FROM stored_search s INDEXED BY stored_search_by_name WHERE ${match}`, ...values];
  }
  const trigrams = [...new Set(words.flatMap(trigramsOf))].map((each) => `"${each.replaceAll('"', '""')}"`);
  if (trigrams.length === 0) return undefined;
  const table = where === "name" ? "stored_search_name" : "stored_search_text";
  return [`SELECT rowid FROM ${table} WHERE ${table} MATCH ?`, trigrams.join(" AND ")];
}

/** What the rows that match have: as `matcherOf`. */
function matchOf({ words, where }: CandidateSearch): Sql {
  const [text = ""] = words;
  if (where === "exact") return ["s.name = ?", text];
  if (where === "prefix") return ["s.name >= ? AND s.name < ?", text, `${text}\u{10ffff}`];
  if (where === "name") return [words.map(() => "instr(s.name, ?)").join(" AND "), ...words];
  const has = words.map(() => "(instr(s.name, ?) OR instr(s.text, ?))").join(" AND ");
  return [has, ...words.flatMap((word) => [word, word])];
}

function rangeOf({ collections, order }: CandidateSearch, after: ItemRef | undefined): Sql {
  const covered = "s.collection IN (SELECT value FROM json_each(?))";
  const names = JSON.stringify(collections);
  if (!after) return [covered, names];
  // With the `+` it is the position that is sought in the index, and not each collection.
  const isAfter = `(s.collection, s.key) ${order === "asc" ? ">" : "<"} (?, ?)`;
  return [`+${covered} AND ${isAfter}`, names, after.collection, escapeNul(after.key)];
}

const TRIGRAM = 3;

/** Trigrams that a word consists of: those that overlap others would take longer to look up, and rule out little more. */
function trigramsOf(word: string): string[] {
  const characters = [...word];
  const last = characters.length - TRIGRAM;
  const starts = [...characters.keys()].filter((start) => start % TRIGRAM === 0 && start < last);
  return last < 0 ? [] : [...starts, last].map((start) => characters.slice(start, start + TRIGRAM).join(""));
}

function compare(a: ItemRef, b: ItemRef, order: Order): number {
  const ascending = a.collection === b.collection ? compareKeys(a.key, b.key) : a.collection < b.collection ? -1 : 1;
  return order === "asc" ? ascending : -ascending;
}

/** Each item once, in order. */
function distinct(items: readonly ItemRef[], order: Order): ItemRef[] {
  const known = new Map(items.map((item) => [`${item.collection}/${item.key}`, item]));
  return [...known.values()].map(({ collection, key }) => ({ collection, key })).sort((a, b) => compare(a, b, order));
}
