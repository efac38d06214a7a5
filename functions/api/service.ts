import type { NodePaths } from "../model/node.ts";
import type { Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";

/** What the API needs to know of a source. */
export type SourceMetadata = Pick<
  Source,
  "id" | "operation" | "intervalMinutes" | "regions" | "planned" | "edgesLead"
> & {
  /** Where its documents say what their items are in a graph. */
  readonly nodePaths?: NodePaths;
};

/** A file that describes the API: for programs, and for people. */
export type ContractFile = "openapi.json" | "docs.html";

/** What the API answers from. */
export interface Service {
  readonly store: Store;
  /** The sources that are answered for. Collections of others are left out. */
  readonly sources: readonly SourceMetadata[];
  /** How many days the store keeps changes and sync records. */
  readonly retentionDays: number;
  /** Reads a file that describes the API. They are made when it is built: what makes them would be most of a function's start. */
  readonly readContract: (file: ContractFile) => Promise<string>;
}

/** Picks the metadata of a source. */
export function sourceMetadata(source: Source): SourceMetadata {
  const { id, operation, intervalMinutes, regions, planned, edgesLead, nodePaths } = source;
  return { id, operation, intervalMinutes, regions, planned, edgesLead, ...(nodePaths && { nodePaths }) };
}
