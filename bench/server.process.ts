import Database from "libsql";
import { serveApi } from "../cli/api-server.ts";
import { serveOnLoopback } from "../cli/loopback.ts";
import { parseId } from "../functions/api/ids.ts";
import { createNameOf } from "../functions/model/node.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { createSqliteStore, type SqliteStore } from "../functions/store/sqlite/store.ts";
import { serve } from "./processes/serve.ts";
import { lengthenLog } from "./runs/million.ts";

/** The API over a SQLite file, and beside it a server that answers with what a SELECT gives, as text. */

const RETENTION_DAYS = 400;
const PAGE = 1_000;

interface Opened {
  readonly api: string;
  readonly bare: string;
  readonly ids: readonly string[];
}

const nameOf = createNameOf(SOURCES);
let store: SqliteStore | undefined;
let opened = "";

const calls = {
  async open(file: string): Promise<Opened> {
    store = createSqliteStore(file, { retentionDays: RETENTION_DAYS });
    const api = await serveApi(store, { port: 0, retentionDays: RETENTION_DAYS });
    const ids: string[] = [];
    const texts = await everyItem(api.url, (item) => {
      ids.push(item.id);
    });
    const bare = await serveOnLoopback(bareServer(new Database(file), texts), 0);
    return { api: api.url, bare: bare.url, ids };
  },
  /** Opens the API alone, with the explorer. */
  async openApi(file: string): Promise<string> {
    store = createSqliteStore(file, { retentionDays: RETENTION_DAYS });
    opened = file;
    return (await serveApi(store, { port: 0, retentionDays: RETENTION_DAYS })).url;
  },
  /** What so many of the items are called, from all over the file. */
  async names(wanted: number): Promise<readonly string[]> {
    const database = new Database(opened);
    const [total] = database.prepare("SELECT count(*) FROM stored_versions").raw().get() as [number];
    const sample = "SELECT collection, key, document FROM stored_versions WHERE abs(random()) % ? < ? LIMIT ?";
    const rows = database
      .prepare(sample)
      .raw()
      .all(total, 2 * wanted, wanted) as [string, string, string][];
    database.close();
    return rows.map(([collection, key, document]) => nameOf({ collection, key }, JSON.parse(document)));
  },
  /** The API over a copy of the file whose log has so many changes. */
  async openLongLog(wanted: number): Promise<{ readonly api: string; readonly changes: number }> {
    const file = `${opened}.long`;
    new Database(opened).exec(`VACUUM INTO '${file}'`);
    const changes = lengthenLog(file, wanted);
    const long = createSqliteStore(file, { retentionDays: RETENTION_DAYS });
    return { api: (await serveApi(long, { port: 0, retentionDays: RETENTION_DAYS })).url, changes };
  },
  /** Has every item in the search index. */
  async index(): Promise<void> {
    await store?.indexForSearch(nameOf);
  },
};

interface Seen {
  readonly id: string;
}

/** Each item as the API answers it, by its id, so that the bare server sends the same bytes. */
async function everyItem(url: string, seen: (item: Seen) => void): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  let cursor: string | undefined;
  do {
    const answer = await fetch(`${url}/v1/items?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    const page = (await answer.json()) as { items: Seen[]; nextCursor?: string };
    for (const item of page.items) {
      seen(item);
      texts.set(item.id, JSON.stringify(item));
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return texts;
}

/** One table with the answers' texts. Nothing is parsed, checked, pinned to an instant or compressed. */
function bareServer(database: Database.Database, texts: ReadonlyMap<string, string>) {
  database.exec(
    "CREATE TEMP TABLE answers (collection TEXT, key TEXT, text TEXT, PRIMARY KEY (collection, key)) WITHOUT ROWID",
  );
  const insert = database.prepare("INSERT INTO answers VALUES (?, ?, ?)");
  database.exec("BEGIN");
  for (const [id, text] of texts) {
    const { collection = "", key = "" } = parseId(id) ?? {};
    insert.run(collection, key, text);
  }
  database.exec("COMMIT");
  const one = database.prepare("SELECT text FROM answers WHERE collection = ? AND key = ?").raw();
  const page = database.prepare("SELECT key, text FROM answers WHERE key > ? ORDER BY collection, key LIMIT ?").raw();
  const json = { headers: { "content-type": "application/json" } };
  return async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/v1/items") {
      const rows = page.all(searchParams.get("cursor") ?? "", PAGE) as [string, string][];
      const next = rows.length === PAGE ? `,"nextCursor":${JSON.stringify(rows.at(-1)?.[0])}` : "";
      return new Response(`{"items":[${rows.map(([, text]) => text).join(",")}]${next}}`, json);
    }
    const ref = parseId(pathname.split("/").at(-1) ?? "");
    const [text = ""] = (ref && (one.get(ref.collection, ref.key) as [string] | undefined)) ?? [];
    return new Response(text, json);
  };
}

export type ServerCalls = typeof calls;

serve(calls);
