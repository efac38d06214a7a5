import { partsOf } from "./collection.ts";
import type { Edge, ItemRef } from "./item.ts";
import { type Path, parsePath, textsAt } from "./paths.ts";

/**
 * Where a document says what its item is in a graph: dotted paths of members (see paths.ts) rather than code, so that the declaration alone is
 * enough to read a document.
 */
export interface NodePaths {
  /** What edges name the item by: its ARN, its id, its URI. */
  readonly names: readonly string[];
  /** Where it lies: a URI, which names it too. An ARN there is another thing's. */
  readonly locations?: readonly string[];
  /** Its name for people. Default: the end of its first name. */
  readonly name?: string;
  /** What kind of thing it is, in the singular: "training job". */
  readonly type: string;
  /** The member that says the kind more closely, where there is one: an artifact's `ArtifactType`. */
  readonly typeMember?: string;
  readonly state?: string;
}

/** Where a document that is a relation says what its ends are called: of several paths the first that it has. */
export interface EndPaths {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** What a source declares of the names in its documents: of a thing where it has its own, of a relation where it has those of its ends. */
export interface NamePaths {
  readonly nodePaths?: NodePaths | undefined;
  readonly endPaths?: EndPaths | undefined;
}

/** What people call the ends of a relation. */
export interface EndNames {
  readonly from: string;
  readonly to: string;
}

/** Answers what people call an item, by its document. */
export type NameOf = (item: ItemRef, document: unknown) => string;

/** What an item is in a graph. */
export interface NodeFacts {
  readonly names: readonly string[];
  readonly name: string;
  readonly type: string;
  readonly state?: string;
}

/** What an item is in a graph; undefined when its document names it by nothing. */
export function nodeOf(paths: NodePaths, document: unknown): NodeFacts | undefined {
  const locations = (paths.locations ?? []).flatMap((path) => textsIn(document, path));
  const named = paths.names.flatMap((path) => textsIn(document, path));
  const names = [...new Set([...named, ...locations.filter((uri) => !uri.startsWith("arn:"))])];
  const [first] = names;
  if (first === undefined) return undefined;
  const [state] = textsIn(document, paths.state);
  return {
    names,
    name: textsIn(document, paths.name)[0] ?? endOf(first),
    type: textsIn(document, paths.typeMember)[0] ?? paths.type,
    ...(state !== undefined && { state }),
  };
}

/**
 * What people call an item: its name, or the end of what it is named by; of a relation its ends, `churn-data → churn-model`. Without either it
 * is called by its key.
 */
export function nameOf({ nodePaths, endPaths }: NamePaths, key: string, document: unknown): string {
  const ends = nodePaths ? undefined : endNamesIn(endPaths, document);
  const name = nodePaths ? nodeOf(nodePaths, document)?.name : ends && relationName(ends);
  return name ?? endOf(key);
}

/** Answers what people call the items of these sources. */
export function createNameOf(sources: readonly (NamePaths & { readonly id: string })[]): NameOf {
  const byId = new Map(sources.map((source) => [source.id, source]));
  return ({ collection, key }, document) => nameOf(byId.get(partsOf(collection).source) ?? {}, key, document);
}

/** What a relation is called. */
export function relationName({ from, to }: EndNames): string {
  return `${from} → ${to}`;
}

/** What a document says that its ends are called; undefined unless it says so of both. */
export function endNamesIn(paths: EndPaths | undefined, document: unknown): EndNames | undefined {
  const [from] = (paths?.from ?? []).flatMap((path) => textsIn(document, path));
  const [to] = (paths?.to ?? []).flatMap((path) => textsIn(document, path));
  return from === undefined || to === undefined ? undefined : { from: endOf(from), to: endOf(to) };
}

/** The relation that says that its ends are one thing, as an association of SageMaker's may. */
const SAME_AS = "SameAs";

/** The ends of an edge that says that they are one thing. */
export function sameEnds({ from, to, relation }: Edge): readonly string[] {
  return relation === SAME_AS ? [from, to] : [];
}

/** Declared paths are few, and read of every document. */
const parsedPaths = new Map<string, Path | undefined>();

function textsIn(document: unknown, path: string | undefined): string[] {
  if (path === undefined) return [];
  if (!parsedPaths.has(path)) parsedPaths.set(path, parsePath(path));
  const parsed = parsedPaths.get(path);
  return parsed ? textsAt(document, parsed).filter((text) => text !== "") : [];
}

/** An ARN's resource without its type; of anything else, the whole. */
export function endOf(name: string): string {
  return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:[^/:]*[/:])?(.+)$/s.exec(name)?.[1] ?? name;
}
