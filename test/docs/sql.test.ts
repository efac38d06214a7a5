import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type Row, type SqliteDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { VIEWS } from "../../functions/store/sqlite/views.ts";
import { ASSOCIATIONS, association, MEMBERSHIPS, membership } from "../api/harness/documents.ts";
import { newWorld, RETENTION_DAYS, type World } from "../api/harness/world.ts";
import { textOf } from "./markdown.ts";

/** The queries of docs/sql.md have the results that the page shows, and its table names every column of every view. */

const page = textOf("docs/sql.md");
const QUERY = /^```sql\n([\s\S]+?)```\n\n\| (.+) \|\n\|[ |-]+\|\n((?:\|.+\|\n)+)/gm;
const queries = [...page.matchAll(QUERY)].map(([, sql = "", names = "", rows = ""]) => ({
  sql,
  columns: cellsOf(names),
  rows: rows.trim().split("\n").map(cellsOf),
}));

function cellsOf(row: string): string[] {
  return row
    .replace(/^\| | \|$/g, "")
    .split(" | ")
    .map((cell) => cell.replaceAll("`", ""));
}

let database: SqliteDatabase;
let world: World;

beforeAll(async () => {
  database = openDatabase(":memory:");
  const store = createSqliteStore(database, { retentionDays: RETENTION_DAYS, now: () => world.now() });
  world = newWorld({ store });
  const lineage = (name: string) => `arn:aws:sagemaker:eu-west-1:123456789012:${name}`;
  const [data, training, model] = [
    "artifact/training-data",
    "experiment-trial-component/train-42",
    "artifact/model",
  ].map(lineage) as [string, string, string];
  await world.sync({ source: ASSOCIATIONS, documents: [association(data, training), association(training, model)] });
  world.advance(3_600_000);
  await world.sync({ source: MEMBERSHIPS, documents: [membership(1), membership(2), membership(3)] });
  world.advance(3_600_000);
  const documents = [membership(1), membership(2, { status: "COLLABORATION_DELETED" })];
  await world.sync({ source: MEMBERSHIPS, documents });
});
afterAll(() => database.close());

test.each(queries)("$sql", ({ sql, columns, rows }) => {
  const found = database.all(sql).map((row: Row) => row.map((value) => (value === null ? "NULL" : String(value))));
  expect(found).toEqual(rows);
  expect(columnsOf(`(${sql})`)).toEqual(columns);
});

test("every block of SQL has a result", () => {
  expect(queries).toHaveLength([...page.matchAll(/^```sql$/gm)].length);
  expect(queries.length).toBeGreaterThan(4);
});

test("the page names every view and every column", () => {
  const table = [...page.matchAll(/^\| `(\w+)` \| [^|]+ \| (.+) \|$/gm)];
  const shared = ["collection", "source", "account", "region", "key"];
  const named = new Map<string, string[]>();
  for (const [, view = "", columns = ""] of table) {
    const own = cellsOf(columns)[0]?.split(", ") ?? [];
    const inherited = own[0] === "those of items" ? (named.get("items") ?? []) : shared;
    named.set(view, [...inherited, ...own.filter((name) => name !== "those of items")]);
  }
  expect([...named.keys(), "read_timestamp"].sort()).toEqual([...VIEWS.keys()].sort());
  for (const [view, columns] of named) expect([view, columns.sort()]).toEqual([view, columnsOf(view).sort()]);
  expect(columnsOf("read_timestamp")).toEqual(["at"]);
});

/** The names of a query's columns: SQLite tells those of views. */
function columnsOf(query: string): string[] {
  database.run(`CREATE TEMP VIEW shown AS SELECT * FROM ${query}`);
  try {
    return database.all("SELECT name FROM pragma_table_info('shown')").map(([name]) => String(name));
  } finally {
    database.run("DROP VIEW temp.shown");
  }
}
