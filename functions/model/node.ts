import type { Edge } from "./item.ts";
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
function endOf(name: string): string {
  return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:[^/:]*[/:])?(.+)$/s.exec(name)?.[1] ?? name;
}
