import type { Item } from "./answers.ts";
import { IdLine } from "./copy.tsx";
import { href } from "./route.ts";
import { kindOf, nodeOf } from "./sources.ts";

interface EndsProps {
  readonly item: Pick<Item, "source" | "key" | "document"> & Partial<Pick<Item, "edge">>;
  readonly at: string;
}

/** The ids behind an item's name, to be copied: its own, or, of a relation, those of its ends. */
export function Ends({ item, at }: EndsProps) {
  const { edge } = item;
  const isRelation = kindOf(item) === undefined;
  const ends = edge && isRelation ? [[edge.fromName, edge.from] as const, [edge.toName, edge.to] as const] : [];
  if (ends.length === 0) return <IdLine text={nodeOf(item)} />;
  return (
    <ul class="ends">
      {ends.map(([name, node]) => (
        <li key={node}>
          <a href={href("lineage", { node, direction: "both", depth: 2, at })}>{name ?? node}</a> <IdLine text={node} />
        </li>
      ))}
    </ul>
  );
}
