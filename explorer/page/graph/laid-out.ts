/** What is asked of the layout, and what it answers: between the page and its worker. */

export type Point = readonly [x: number, y: number];

export interface LayoutRequest {
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** The size of a node. */
  readonly width: number;
  readonly height: number;
}

/** Where the nodes and the edges of a request are, in its order. */
export interface LaidOut {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Point[];
  readonly edges: readonly (readonly Point[])[];
}
