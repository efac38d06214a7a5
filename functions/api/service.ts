import { type Collection, partsOf } from "../model/collection.ts";
import { createNameOf, type NameOf, type NamePaths } from "../model/node.ts";
import type { Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";

/** What the API needs to know of a source. */
export type SourceMetadata = Pick<
  Source,
  "id" | "operation" | "intervalMinutes" | "regions" | "planned" | "edgesLead"
> &
  NamePaths;

/** A file that describes the API: for programs, and for people. */
export type ContractFile = "openapi.json" | "docs.html";

/** What the API is made of. */
export interface ServiceParts {
  readonly store: Store;
  /** The sources that are answered for. Collections of others are left out. */
  readonly sources: readonly SourceMetadata[];
  /** How many days the store keeps changes and sync records. */
  readonly retentionDays: number;
  /** Reads a file that describes the API. They are made when it is built: what makes them would be most of a function's start. */
  readonly readContract: (file: ContractFile) => Promise<string>;
}

/** What the API answers from. */
export interface Service extends ServiceParts {
  readonly sourcesById: ReadonlyMap<string, SourceMetadata>;
  /** What people call an item, by its document. */
  readonly nameOf: NameOf;
}

export function createService(parts: ServiceParts): Service {
  const sourcesById = new Map(parts.sources.map((source) => [source.id, source]));
  return { ...parts, sourcesById, nameOf: createNameOf(parts.sources) };
}

/** The source of a collection, if it is answered for. */
export function sourceOf({ sourcesById }: Service, collection: Collection): SourceMetadata | undefined {
  return sourcesById.get(partsOf(collection).source);
}

/** Picks the metadata of a source. */
export function sourceMetadata(source: Source): SourceMetadata {
  const { id, operation, intervalMinutes, regions, planned, edgesLead, nodePaths, endPaths } = source;
  return {
    id,
    operation,
    intervalMinutes,
    regions,
    planned,
    edgesLead,
    ...(nodePaths && { nodePaths }),
    ...(endPaths && { endPaths }),
  };
}
