import type { Instant } from "../../model/instant.ts";
import { connectToRead } from "./database.ts";
import { READ_ONLY, resultCodeOf, SQL_ERROR, sqliteError } from "./errors.ts";
import { VIEWS } from "./views.ts";

/** Plain SQL over an inventory's file, which nothing can write to. */

/** What a statement found. Names may repeat. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface Queries {
  /** Runs one statement. Throws QueryError for what is wrong with it. */
  run(sql: string): QueryResult;
  close(): void;
}

/** A statement that cannot be run as it is. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}

/** How statements begin that do not read. SQLite says what is wrong with any other, and refuses what writes nevertheless. */
const NOT_READING =
  /^(?:alter|analyze|attach|begin|commit|create|delete|detach|drop|end|insert|pragma|reindex|release|replace|rollback|savepoint|update|vacuum)$/i;
/** What stands before a statement that is only explained. Some pragmas take effect even then. */
const EXPLAINING = /^(?:explain|query|plan)$/i;
const COMMENTS = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;
const REFUSAL = "sql only reads the inventory: use SELECT, WITH, VALUES or EXPLAIN";

/** The views as of an instant, in front of those of the file. */
const VIEWS_AT = `
CREATE TEMP VIEW items_at AS
  SELECT collection, source, account, region, key, version, document, edges, first_seen_at, changed_at, scope, valid_from,
    iif(valid_until <= '$at', valid_until, NULL) AS valid_until
  FROM main.items_at WHERE valid_from <= '$at';
CREATE TEMP VIEW items AS
  SELECT collection, source, account, region, key, version, document, edges, first_seen_at, changed_at, scope
  FROM main.items_at, (SELECT '$at' AS t) WHERE valid_from <= t AND (valid_until > t OR valid_until IS NULL);
${VIEWS.get("edges")?.replace("CREATE VIEW", "CREATE TEMP VIEW")};
CREATE TEMP VIEW changes AS SELECT * FROM main.changes WHERE at <= '$at';
CREATE TEMP VIEW read_timestamp AS SELECT min(at, '$at') AS at FROM main.read_timestamp;`;

/** Opens a file for queries; with `at` the views show that instant. Throws SyncError for a file that is no inventory. */
export function openQueries(file: string, at?: Instant): Queries {
  const connection = connectToRead(file);
  const checked = <T>(body: () => T): T => {
    try {
      return body();
    } catch (error) {
      if (error instanceof QueryError) throw error;
      const code = resultCodeOf(error);
      if (code === READ_ONLY) throw new QueryError(REFUSAL);
      if (code === SQL_ERROR) throw new QueryError((error as Error).message, { cause: error });
      throw sqliteError(file, error);
    }
  };
  if (at !== undefined) checked(() => showInstant(connection, at));
  return {
    run(sql) {
      if (NOT_READING.test(verbOf(sql))) throw new QueryError(REFUSAL);
      return checked(() => {
        const statement = connection.prepare(sql);
        // One that writes and returns rows is refused as it runs.
        if (!statement.reader) throw new QueryError(REFUSAL);
        const columns = statement.columns().map(({ name }) => name);
        return { columns, rows: statement.raw().all() as unknown[][] };
      });
    },
    close: () => void connection.close(),
  };
}

/** The word that says what a statement does. */
function verbOf(sql: string): string {
  for (let rest = sql; ; ) {
    rest = rest.replace(COMMENTS, "");
    const [word = ""] = /^\w+/.exec(rest) ?? [];
    if (!EXPLAINING.test(word)) return word;
    rest = rest.slice(word.length);
  }
}

function showInstant(connection: ReturnType<typeof connectToRead>, at: Instant): void {
  const [start] = connection.prepare("SELECT start FROM stored_retention").raw().get() as [string];
  if (at < start) throw new QueryError(`--at ${at} is too long ago: the file has the past since ${start}`);
  connection.exec(`PRAGMA query_only = 0; ${VIEWS_AT.replaceAll("$at", at)} PRAGMA query_only = 1`);
}

/** Divides text into statements at each `;` that is in no quotes and no comment. What follows the last is not ended yet. */
export function splitStatements(text: string): { readonly statements: readonly string[]; readonly rest: string } {
  const statements: string[] = [];
  let begun = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token !== ";") continue;
    statements.push(text.slice(begun, index));
    begun = index + 1;
  }
  return { statements: statements.filter((each) => each.replace(COMMENTS, "") !== ""), rest: text.slice(begun) };
}

/** Quoted text and comments, also those that are not ended, or a semicolon. */
const TOKEN = /'[^']*(?:'|$)|"[^"]*(?:"|$)|`[^`]*(?:`|$)|\[[^\]]*(?:\]|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;/g;
