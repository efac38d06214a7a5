import { setImmediate as yieldToOthers } from "node:timers/promises";
import { type Collection, compareKeys } from "../../model/collection.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import type { Instant } from "../../model/instant.ts";
import type { ItemRef } from "../../model/item.ts";
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

const COLLECTIONS = "SELECT DISTINCT collection FROM stored_scopes";
const PROGRESS = "SELECT at FROM stored_search_progress WHERE collection = ?";
const PUT_PROGRESS = `
  INSERT INTO stored_search_progress (collection, at) VALUES (?, ?)
  ON CONFLICT (collection) DO UPDATE SET at = max(at, excluded.at)`;
const PUT_ROW = `
  INSERT OR IGNORE INTO stored_search (collection, key, at, name, short_id, text) VALUES (?, ?, ?, ?, ?, ?)`;
const PUT_NAME = "INSERT INTO stored_search_name (rowid, name) VALUES (?, ?)";
const PUT_TEXT = "INSERT INTO stored_search_text (rowid, text) VALUES (?, ?)";
const LAST_ID = "SELECT last_insert_rowid()";
/** Every stored version, and then what each change of the log made and ended: rows of key, instant and document. */
const VERSIONS = `
  SELECT key, at, document FROM stored_versions WHERE collection = ? AND (key, at) > (?, ?) AND at <= ? ORDER BY key, at LIMIT ?`;
const LOG = `
  SELECT key, at, coalesce(document, before_document), before_at, before_document FROM stored_changes
  WHERE collection = ? AND (at, key) > (?, ?) AND at <= ? ORDER BY at, key LIMIT ?`;

/** One version, as far as it is indexed. */
interface Version extends ItemRef {
  readonly at: Instant;
  readonly document: string;
}

interface Indexed extends ItemRef {
  readonly at: Instant;
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
  /** Brings the index up to date. */
  catchUp(nameOf: NameOf): Promise<void>;
  /** Lets the index have the collection again from the beginning: records of its past were restored. */
  reset(collections: readonly Collection[]): void;
  /** Ends once nothing is indexed any more. */
  idle(): Promise<void>;
};

/** The items that a search looks at. Where the index is not kept up to date after searches, `catchUp` does it. */
export function searchStore(
  database: SqliteDatabase,
  readTimestamp: () => Promise<Instant>,
  { isOpen, isKept }: { readonly isOpen: () => boolean; readonly isKept: boolean },
): SearchStore {
  let catchingUp: Promise<void> | undefined;
  /** What the last search calls an item: without it nothing can be indexed. */
  let known: NameOf | undefined;

  const stretchesOf = async (collections: readonly Collection[] | undefined): Promise<Stretch[]> => {
    const until = await readTimestamp();
    return database.read(() => {
      const all = collections ?? database.all(COLLECTIONS).map(([collection]) => String(collection));
      const stretches = all.map((collection): Stretch => {
        const [at] = database.first(PROGRESS, [collection]) ?? [];
        return { collection, from: typeof at === "string" ? at : undefined, until };
      });
      return stretches.filter(({ from }) => from === undefined || from < until);
    });
  };

  /** The rows of a stretch, in pages. */
  async function* rowsOf({ collection, from, until }: Stretch, limit: number): AsyncGenerator<Version[]> {
    if (from === undefined) {
      for (let after: Value[] | undefined = ["", ""]; after; ) {
        const start: Value[] = after;
        const rows = await database.read(() => database.all(VERSIONS, [collection, ...start, until, limit]));
        yield rows.map(([key, at, document]) => versionOf(collection, [key, at, document]));
        after = rows.length < limit ? undefined : rows.at(-1)?.slice(0, 2);
      }
    }
    for (let after: Value[] | undefined = [from === undefined ? "" : `${from}~`, ""]; after; ) {
      const start: Value[] = after;
      const rows = await database.read(() => database.all(LOG, [collection, ...start, until, limit]));
      yield rows.flatMap(([key, at, document, beforeAt, before]) => {
        const isSame = document === before;
        // What was there before is in the index, unless the index is new and the log does not go back as far.
        const earlier = from === undefined && beforeAt !== null ? [versionOf(collection, [key, beforeAt, before])] : [];
        return isSame ? earlier : [...earlier, versionOf(collection, [key, at, document])];
      });
      const last: Row | undefined = rows.length < limit ? undefined : rows.at(-1);
      after = last && [last[1] ?? "", last[0] ?? ""];
    }
  }

  const index = async (stretch: Stretch, nameOf: NameOf) => {
    for await (const versions of rowsOf(stretch, BATCH)) {
      if (!isOpen()) return;
      const rows = versions.flatMap((version) => indexed(version, nameOf));
      await database.write(() => {
        for (const { collection, key, at, name, text } of rows) {
          const row = [collection, escapeNul(key), at, name, shortIdOf({ collection, key }), text];
          if (database.run(PUT_ROW, row) === 0) continue;
          const [id = null] = database.first(LAST_ID) ?? [];
          database.run(PUT_NAME, [id, name]);
          database.run(PUT_TEXT, [id, `${name}\n${text}`]);
        }
      });
      await yieldToOthers();
    }
    if (isOpen()) await database.write(() => database.run(PUT_PROGRESS, [stretch.collection, stretch.until]));
  };
  const catchUp = async (nameOf: NameOf) => {
    for (const stretch of await stretchesOf(undefined)) await index(stretch, nameOf);
  };
  /** Once at a time, and not for this request: it has looked through what the index lacks. */
  const catchUpLater = () => {
    if (!isKept || !isOpen() || !known) return;
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
      for await (const versions of rowsOf(stretch, SCANNED_AT_A_TIME)) {
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
    catchUp,
    idle: async () => catchingUp,
    reset(collections) {
      for (const collection of collections)
        database.run("DELETE FROM stored_search_progress WHERE collection = ?", [collection]);
    },
    async searchCandidates(search, { limit, after }) {
      const { order, nameOf } = search;
      known = nameOf;
      // Read first: what is indexed meanwhile is then in both.
      const unindexed = (await pendingWith(search)).filter(matcherOf(search));
      const rows = await database.read(() => matchingRows(database, search, { after, limit: limit + 1 }));
      const indexedItems = rows.map(refOf);
      const isCut = indexedItems.length > limit;
      const last = isCut ? indexedItems[limit - 1] : undefined;
      const later = unindexed.filter(
        (item) => (!after || compare(item, after, order) > 0) && (!last || compare(item, last, order) <= 0),
      );
      const items = distinct([...indexedItems.slice(0, limit), ...later], order);
      const refs = items.slice(0, limit).map(({ collection, key }) => ({ collection, key }));
      const next = items.length > limit ? refs.at(-1) : last;
      return { items: refs, ...(next && { next }) };
    },
    async itemsOfShortId(shortId) {
      const unindexed = await pending<ItemRef>(undefined, (version) =>
        shortIdOf(version) === shortId ? [version] : [],
      );
      const query = "SELECT DISTINCT collection, key FROM stored_search WHERE short_id = ?";
      const rows = await database.read(() => database.all(query, [shortId]));
      return distinct([...rows.map(refOf), ...unindexed], "asc").map(({ collection, key }) => ({ collection, key }));
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

/** Where an index finds so few rows, all of them are read and sorted. */
const MAX_SORTED = 1_000;
/** Where it finds more, so many rows are looked through in order first: they mostly have a page of those that match. */
const MAX_WALKED = 2_000;

interface RowsPage {
  readonly after: ItemRef | undefined;
  readonly limit: number;
}

/** A part of a statement, and its parameters. */
type Sql = readonly [text: string, ...parameters: Value[]];

/** A page of the rows that match, in order. An item may have several. */
function matchingRows(database: SqliteDatabase, search: CandidateSearch, page: RowsPage): readonly Row[] {
  const [found, ...parameters] = foundBy(search) ?? [];
  // No index has words that are too short.
  if (found === undefined) return database.all(...walkQuery(search, page, -1));
  const count = `SELECT count(*) FROM (SELECT 1 FROM ${found} LIMIT ${MAX_SORTED + 1})`;
  if (Number(database.first(count, parameters)?.[0]) > MAX_SORTED) {
    const rows = database.all(...walkQuery(search, page, MAX_WALKED));
    if (rows.length === page.limit) return rows;
  }
  return database.all(...sortedQuery(search, page, [found, ...parameters]));
}

/** The rows that an index finds: all that match, and perhaps others. */
function foundBy({ words, where }: CandidateSearch): Sql | undefined {
  const [text = ""] = words;
  const byName = "stored_search INDEXED BY stored_search_by_name WHERE";
  if (where === "exact") return [`${byName} name = ?`, text];
  if (where === "prefix") return [`${byName} name >= ? AND name < ?`, text, endOfPrefix(text)];
  const trigrams = [...new Set(words.flatMap(trigramsOf))].map((each) => `"${each.replaceAll('"', '""')}"`);
  if (trigrams.length === 0) return undefined;
  const table = where === "name" ? "stored_search_name" : "stored_search_text";
  return [`${table} WHERE ${table} MATCH ?`, trigrams.join(" AND ")];
}

/** Reads all that an index finds, and sorts what matches. */
function sortedQuery(search: CandidateSearch, page: RowsPage, [found, ...parameters]: Sql): [string, Value[]] {
  const [match, ...values] = matchOf(search);
  const [range, ...bounds] = rangeOf(search, page.after);
  const sql = `
    SELECT s.collection, s.key FROM (SELECT rowid AS id FROM ${found}) f CROSS JOIN stored_search s ON s.id = f.id
    WHERE ${range} AND ${match} ${orderOf(search)} LIMIT ?`;
  return [sql, [...parameters, ...bounds, ...values, page.limit]];
}

/** Looks through so many rows in order. */
function walkQuery(search: CandidateSearch, page: RowsPage, walked: number): [string, Value[]] {
  const [match, ...values] = matchOf(search);
  const [range, ...bounds] = rangeOf(search, page.after);
  const sql = `
    SELECT s.collection, s.key FROM (
      SELECT * FROM stored_search s INDEXED BY stored_search_by_item WHERE ${range} ${orderOf(search)} LIMIT ?) s
    WHERE ${match} LIMIT ?`;
  return [sql, [...bounds, walked, ...values, page.limit]];
}

/** What the rows that match have: as `matcherOf`. */
function matchOf({ words, where }: CandidateSearch): Sql {
  const [text = ""] = words;
  if (where === "exact") return ["s.name = ?", text];
  if (where === "prefix") return ["s.name >= ? AND s.name < ?", text, endOfPrefix(text)];
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

function orderOf({ order }: CandidateSearch): string {
  const direction = order === "asc" ? "" : " DESC";
  return `ORDER BY s.collection${direction}, s.key${direction}`;
}

function endOfPrefix(text: string): string {
  return `${text}\u{10ffff}`;
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
  return [...known.values()].sort((a, b) => compare(a, b, order));
}
