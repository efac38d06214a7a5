import type { SqliteDatabase, Value } from "./database.ts";

/*
 * Binding a value costs more than storing it, and so does running a statement: one statement inserts several rows, and binds once what is
 * the same in all of them, which of a large batch is most.
 */

const ROWS_A_STATEMENT = 16;

/** Inserts rows, each in the order of the columns, and answers how many were not there yet. `into` is `INSERT ... INTO table`. */
export function insertRows(
  database: SqliteDatabase,
  into: string,
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
): number {
  const [first, ...others] = rows;
  if (!first) return 0;
  const indexes = [...columns.keys()];
  const shared = indexes.filter((index) => others.every((row) => row[index] === first[index]));
  const own = indexes.filter((index) => !shared.includes(index));
  const sharedValues = shared.map((index) => first[index] ?? null);
  const insert = `${into} (${columns}) VALUES `;
  const several = insert + tuples(shared, own, ROWS_A_STATEMENT);
  const one = insert + tuples([], indexes, 1);

  let inserted = 0;
  let from = 0;
  for (; from + ROWS_A_STATEMENT <= rows.length; from += ROWS_A_STATEMENT) {
    const values = [...sharedValues];
    for (const row of rows.slice(from, from + ROWS_A_STATEMENT)) {
      for (const index of own) values.push(row[index] ?? null);
    }
    inserted += database.run(several, values);
  }
  for (const row of rows.slice(from)) inserted += database.run(one, row);
  return inserted;
}

/** The values of so many rows: shared ones are bound first, then each row's own. */
function tuples(shared: readonly number[], own: readonly number[], rows: number): string {
  const row = (number: number) => {
    const places: string[] = [];
    for (const [place, index] of shared.entries()) places[index] = `?${place + 1}`;
    for (const [place, index] of own.entries()) places[index] = `?${shared.length + number * own.length + place + 1}`;
    return `(${places})`;
  };
  return Array.from({ length: rows }, (_, number) => row(number)).join(",");
}
