import type { Column } from "../table.ts";

/** Columns that several lists' tables have. */

interface Located {
  readonly source?: string;
  readonly account?: string;
  readonly region?: string;
}

/** Where an entry is from, without the columns that the options fix to one value. */
export function whereColumns<Row extends Located>(fixed: Located): Column<Row>[] {
  const columns: (Column<Row> & { readonly name: keyof Located })[] = [
    { name: "source", heading: "SOURCE", text: (row) => row.source ?? "" },
    { name: "account", heading: "ACCOUNT", text: (row) => row.account ?? "", spare: true },
    { name: "region", heading: "REGION", text: (row) => row.region ?? "", spare: true },
  ];
  return columns.filter(({ name }) => fixed[name] === undefined);
}

interface Named {
  readonly name?: string | undefined;
  readonly relation?: string | undefined;
  readonly to?: string | undefined;
}

/** What an entry is: its name, and what it relates that to. */
export function nameColumns<Row>(named: (row: Row) => Named): Column<Row>[] {
  return [
    { heading: "ITEM", text: (row) => named(row).name ?? "", cut: "beginning" },
    { heading: "RELATION", text: (row) => named(row).relation ?? "", spare: true },
    { heading: "TO", text: (row) => named(row).to ?? "", cut: "beginning" },
  ];
}

/** An instant as people read it: `2026-03-01 12:00:00`. */
export function secondsOf(instant: string | undefined): string {
  return instant === undefined ? "" : instant.slice(0, 19).replace("T", " ");
}
