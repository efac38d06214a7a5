import type { SqliteDatabase, Value } from "./database.ts";

/*
 * Binding a value costs more than storing it, and so does running a statement: one statement inserts several rows, and binds once what is
 * the same in all of them, which of a large batch is most.
 */

const ROWS_A_STATEMENT = 16;

/** Inserts rows, each in the order of the columns. `into` is `INSERT ... INTO table`. */
export function insertRows(
  database: SqliteDatabase,
  into: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
): void {
  const insert = `${into} (${columns}) VALUES `;
  const batched = rows.length - (rows.length % ROWS_A_STATEMENT);
  if (batched > 0) insertBatches(database, insert, columns.length, rows.slice(0, batched));
  if (batched === rows.length) return;
  const one = insert + tuples([], [...columns.keys()], 1);
  for (const row of rows.slice(batched)) database.run(one, row);
}

/** Inserts as many rows as several statements take. */
function insertBatches(
  database: SqliteDatabase,
  insert: string,
  columns: number,
  rows: readonly (readonly Value[])[],
): void {
  const [first = [], ...others] = rows;
  const indexes = [...Array(columns).keys()];
  const shared = indexes.filter((index) => others.every((row) => row[index] === first[index]));
  const own = indexes.filter((index) => !shared.includes(index));
  const sharedValues = shared.map((index) => first[index] ?? null);
  const several = insert + tuples(shared, own, ROWS_A_STATEMENT);
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const values = [...sharedValues];
    for (const row of rows.slice(from, from + ROWS_A_STATEMENT)) {
      for (const index of own) values.push(row[index] ?? null);
    }
    database.run(several, values);
  }
}

/** The values of so many rows: shared ones are bound first, then each row's own. */
function tuples(shared: readonly number[], own: readonly number[], rows: number): string {
  const row = (number: number) => {
    const parameters: string[] = [];
    for (const [at, index] of shared.entries()) parameters[index] = `?${at + 1}`;
    for (const [at, index] of own.entries()) parameters[index] = `?${shared.length + number * own.length + at + 1}`;
    return `(${parameters})`;
  };
  return Array.from({ length: rows }, (_, number) => row(number)).join(",");
}
