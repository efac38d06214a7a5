import type { Column } from "../table.ts";

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
