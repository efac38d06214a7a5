import type { SimulatedAccount } from "../account.ts";
import type { Random } from "../random.ts";
import type { Table } from "../table.ts";

/** Changes something in the account as of `now` and says what. */
export type Change = (account: SimulatedAccount, random: Random, now: number) => string;

/** Any of a table's rows, or of those that pass; undefined when there is none. */
export function anyOf<Row extends Partial<Row>>(
  table: Table<Row>,
  random: Random,
  accepts: (row: Row) => boolean = () => true,
): Row | undefined {
  const rows = [...table].filter(accepts);
  return rows[random.integer(0, rows.length - 1)];
}
