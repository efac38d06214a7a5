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
  const [first, ...others] = rows;
  if (!first) return;
  const indexes = [...columns.keys()];
  const shared = indexes.filter((index) => others.every((row) => row[index] === first[index]));
  const own = indexes.filter((index) => !shared.includes(index));
  const sharedValues = shared.map((index) => first[index] ?? null);
  const insert = `${into} (${columns}) VALUES `;
  const several = insert + tuples(shared, own, ROWS_A_STATEMENT);
  const one = insert + tuples([], indexes, 1);

  let from = 0;
  for (; from + ROWS_A_STATEMENT <= rows.length; from += ROWS_A_STATEMENT) {
    const values = [...sharedValues];
    for (const row of rows.slice(from, from + ROWS_A_STATEMENT)) {
      for (const index of own) values.push(row[index] ?? null);
    }
    database.run(several, values);
  }
  for (const row of rows.slice(from)) database.run(one, row);
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
