import { readCollections } from "../inventory/collections.ts";
import type { GraphReader } from "../inventory/graph.ts";
import type { Edge, ItemVersion } from "../model/item.ts";
import { type EndNames, endNamesIn, endOf, relationName } from "../model/node.ts";
import type { Columns } from "./columns.ts";
import { graphOf } from "./graph.ts";
import type { Read } from "./read.ts";
import { type Service, sourceOf } from "./service.ts";
import type { Row } from "./walk.ts";

/** An edge, and what people call its ends. */
export interface NamedEdge extends Edge {
  readonly fromName: string;
  readonly toName: string;
}

/** What a response calls an item, and the ends of its edge. */
export interface ItemNames {
  readonly name: string;
  readonly edge?: NamedEdge;
}

/** Tells what the items of a response are called, and the ends of their edges. */
export interface Names {
  /** Reads what the ends are called of the rows that come next, all at once. */
  read(rows: readonly Pick<Row, "items">[]): Promise<void>;
  of(item: ItemVersion, document: unknown): ItemNames;
}

/**
 * Opens the names of a response: an end is called as the item that it is, as of the read's instant, wherever that is inventoried; otherwise as
 * the document says, or by the end of its ARN. A response reads as many items for them as a walk of the graph may.
 */
export function openNames(service: Service, read: Read): Names {
  let graph: GraphReader | undefined;
  const namesOfEnds = (item: ItemVersion, { from, to }: Edge, document: unknown): EndNames => {
    const stated = endNamesIn(sourceOf(service, item.collection)?.endPaths, document);
    return {
      from: graph?.nodes.nodeOf(from).facts?.name ?? stated?.from ?? endOf(from),
      to: graph?.nodes.nodeOf(to).facts?.name ?? stated?.to ?? endOf(to),
    };
  };
  return {
    async read(rows) {
      const items = rows.flatMap(({ items = [] }) => items);
      const ends = items.flatMap(({ edges: [edge] }) => (edge ? [edge.from, edge.to] : []));
      if (ends.length === 0) return;
      if (!graph) {
        const records = await readCollections(service.store, service.sources);
        graph = graphOf(service, { ...read, collections: records.map(({ collection }) => collection) });
      }
      await graph.nodes.read(ends);
    },
    of(item, document) {
      const [edge] = item.edges;
      const name = service.nameOf(item, document);
      if (!edge) return { name };
      const ends = namesOfEnds(item, edge, document);
      const { nodePaths, endPaths } = sourceOf(service, item.collection) ?? {};
      const isRelation = endPaths !== undefined && nodePaths === undefined;
      return {
        name: isRelation ? relationName(ends) : name,
        edge: { ...edge, fromName: ends.from, toName: ends.to },
      };
    },
  };
}

/** The columns of a list whose entries have names, or not. */
export function columnsWithNames(columns: Columns, names: boolean | undefined): Columns {
  if (!names) return columns;
  const others = columns.filter((column) => column !== "name");
  const isEnd = (column: string) => column === "edge.from" || column === "edge.to";
  return ["name", ...others.flatMap((column) => (isEnd(column) ? [`${column}Name`, column] : [column]))];
}
