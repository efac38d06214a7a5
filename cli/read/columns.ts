import type { Column } from "../table.ts";

interface Located {
  readonly source?: string;
  readonly account?: string;
  readonly region?: string;
}

interface Named {
  readonly name?: string;
  readonly edge?: {
    readonly from: string;
    readonly to: string;
    readonly relation?: string;
    readonly fromName?: string;
    readonly toName?: string;
  };
}

/** What an entry is called, and what it leads to. A relation, whose name is those of its ends, is shown as these. */
export function relationColumns<Row extends Named>(): Column<Row>[] {
  const nameOf = ({ name = "", edge }: Named) => {
    return edge?.fromName !== undefined && name === `${edge.fromName} → ${edge.toName}` ? edge.fromName : name;
  };
  return [
    { heading: "NAME", text: nameOf, cut: "middle" },
    { heading: "RELATION", text: ({ edge }) => edge?.relation ?? "", spare: true },
    { heading: "TO", text: ({ edge }) => edge?.toName ?? "", cut: "middle" },
  ];
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
