import type { Collection } from "../model/collection.ts";
import type { ItemRef, ItemVersion } from "../model/item.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import { type NodeFacts, sameEnds } from "../model/node.ts";
import { readRefs } from "./items.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/** What is known of the collections whose items state the graph. */
export interface GraphRules {
  /** Whether to look at a collection. */
  readonly covers: (collection: Collection) => boolean;
  /** What an item is in the graph; undefined of a relation. */
  readonly factsOf: (item: ItemVersion) => NodeFacts | undefined;
  /** Whether the collection's edges lead to what their items depend on. */
  readonly leadsUpstream: (collection: Collection) => boolean;
}

/** A node: all the names that are one thing, and the item that this is. */
export interface GraphNode {
  /** The first name of its item; of a node that no item answers to, what edges name it by. */
  readonly node: string;
  /** All its names, `node` first. */
  readonly names: readonly string[];
  /** The item that it is; of a dangling node the one that it was last, if that is known. */
  readonly item?: ItemVersion;
  readonly facts?: NodeFacts;
  /** No item that is present answers to it. */
  readonly dangling: boolean;
}

/** Finds nodes by their names, each name once. */
export interface NodeReader {
  /** Reads the nodes of names. Answers false when the budget did not last. */
  read(names: readonly string[]): Promise<boolean>;
  /** Whether some node has more names or items than were read. */
  isCut(): boolean;
  /** The node of a name that was read. */
  nodeOf(name: string): GraphNode;
  /** The nodes of the items that people know by this name. */
  named(text: string): Promise<readonly GraphNode[]>;
}

/** What one request may still read: about as many items. */
export interface ReadBudget {
  items: number;
}

/** Names that are one thing, and what answers to them. */
interface Group {
  names: Set<string>;
  items: Map<string, KnownItem>;
  removed: KnownItem[];
  node: GraphNode | undefined;
}

interface KnownItem {
  readonly item: ItemVersion;
  readonly facts: NodeFacts | undefined;
  /** What edges name it by, or what it says is one. */
  readonly names: readonly string[];
}

const MAX_CONCURRENT_NAMES = 16;
const NAME_COST = 2;
/** More names, or more items of one name, are not one thing for people: its node is then cut. */
const MAX_NAMES = 200;
const MAX_ITEMS = 1_000;

/**
 * Reads which names are one thing, and which item that is, as of a snapshot. The store names candidates for each name; each is read as of
 * the snapshot and must say so itself.
 */
export function createNodeReader(snapshot: ReadSnapshot, rules: GraphRules, budget: ReadBudget): NodeReader {
  const groups = new Map<string, Group>();
  const items = new Map<string, KnownItem>();
  let isCut = false;

  /** The items that may answer to a name. */
  const candidatesOf = async (name: string) => {
    const refs = new Map<string, ItemRef>();
    for await (const page of snapshot.store.edgeCandidates("self", name)) {
      for (const ref of page) if (rules.covers(ref.collection)) refs.set(refText(ref), ref);
      if (refs.size > MAX_ITEMS) break;
    }
    isCut ||= refs.size > MAX_ITEMS;
    return { name, refs: [...refs.values()].slice(0, MAX_ITEMS) };
  };
  /** Looks names up: what was said of each of them. */
  const lookUp = async (names: readonly string[]) => {
    budget.items -= NAME_COST * names.length;
    const found = await mapConcurrent(MAX_CONCURRENT_NAMES, names, candidatesOf);
    const unread = new Map(found.flatMap(({ refs }) => refs.map((ref) => [refText(ref), ref] as const)));
    for (const text of unread.keys()) if (items.has(text)) unread.delete(text);
    budget.items -= unread.size;
    for (const item of await readRefs(snapshot, [...unread.values()])) items.set(refText(item), knownItem(item, rules));
    return found.map(({ name, refs }) => ({
      name,
      items: refs.flatMap((ref) => items.get(refText(ref)) ?? []),
    }));
  };
  const join = (group: Group, name: string) => {
    const other = groups.get(name);
    if (other === group) return;
    group.names.add(name);
    group.node = undefined;
    groups.set(name, group);
    if (!other) return;
    for (const each of other.names) {
      group.names.add(each);
      groups.set(each, group);
    }
    for (const [text, item] of other.items) group.items.set(text, item);
    group.removed.push(...other.removed);
  };

  const reader: NodeReader = {
    async read(names) {
      let unread = [...new Set(names)].filter((name) => !groups.has(name));
      while (unread.length > 0) {
        if (budget.items <= 0) return false;
        for (const name of unread) {
          if (!groups.has(name))
            groups.set(name, { names: new Set([name]), items: new Map(), removed: [], node: undefined });
        }
        const next = new Set<string>();
        for (const { name, items: answering } of await lookUp(unread)) {
          for (const known of answering.filter((each) => each.names.includes(name))) {
            const group = groups.get(name);
            if (!group) continue;
            if (known.item.state === "removed") {
              group.removed.push(known);
              continue;
            }
            group.items.set(refText(known.item), known);
            for (const other of known.names) {
              if (!groups.has(other)) next.add(other);
              join(group, other);
            }
          }
        }
        unread = [...next].filter((name) => (groups.get(name)?.names.size ?? 0) <= MAX_NAMES);
        isCut ||= unread.length < next.size;
      }
      return true;
    },
    isCut: () => isCut,
    nodeOf(name) {
      const group = groups.get(name);
      if (!group) return { node: name, names: [name], dangling: true };
      group.node ??= nodeOfGroup(group);
      return group.node;
    },
    async named(text) {
      const [found] = await lookUp([text]);
      const called = (found?.items ?? []).filter(({ item, facts }) => item.state === "present" && facts?.name === text);
      const names = called.flatMap(({ facts }) => facts?.names[0] ?? []);
      await reader.read(names);
      const nodes = new Map(names.map((name) => [reader.nodeOf(name).node, reader.nodeOf(name)]));
      return [...nodes.values()].sort((a, b) => compareTexts(a.node, b.node));
    },
  };
  return reader;
}

function knownItem(item: ItemVersion, rules: GraphRules): KnownItem {
  const facts = rules.factsOf(item);
  return { item, facts, names: [...new Set([...(facts?.names ?? []), ...item.edges.flatMap(sameEnds)])] };
}

function nodeOfGroup({ names, items, removed }: Group): GraphNode {
  const described = [...items.values()].filter(({ facts }) => facts !== undefined);
  const aliases = new Set(described.flatMap(({ facts }) => facts?.names.slice(1) ?? []));
  // What others answer to beside their own name is the thing itself: the job that a trial component stands for.
  const isReferred = ({ facts }: KnownItem) => aliases.has(facts?.names[0] ?? "");
  const [main] = described.sort(
    (a, b) => Number(isReferred(b)) - Number(isReferred(a)) || compareTexts(refText(a.item), refText(b.item)),
  );
  const [last] = removed.filter(({ facts }) => facts).sort((a, b) => compareTexts(b.item.at, a.item.at));
  const { item, facts } = main ?? last ?? {};
  const sorted = [...names].sort(compareTexts);
  const node = main?.facts?.names[0] ?? sorted[0] ?? "";
  return {
    node,
    names: [node, ...sorted.filter((name) => name !== node)],
    ...(item && { item }),
    ...(facts && { facts }),
    dangling: main === undefined,
  };
}

export function refText({ collection, key }: ItemRef): string {
  return `${collection}/${key}`;
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
