import { useRef } from "preact/hooks";
import { type Loaded, useLoaded } from "../ui/loading.tsx";
import { type Comparison, comparisonOf } from "./comparison.ts";
import { type Graph, type GraphQuery, readGraph, type Subgraph, unionOf } from "./query.ts";

/** A graph as of an instant, and how it differs from the one shown before it. */
export interface Frame {
  readonly frame: Graph;
  /** All that was shown since the walk began. */
  readonly union: Subgraph;
  readonly comparison: Comparison | undefined;
}

interface Kept {
  /** The walk without what was expanded, and all of it. */
  readonly subject: string;
  readonly whole: string;
  readonly union?: Subgraph;
  readonly frame?: Graph;
  readonly past: Map<string, Graph>;
}

/** The graph as of an instant. The past does not change, so what was read of it is kept. */
export function useFrames(query: GraphQuery, at: string): Loaded<Frame | undefined> {
  const subject = JSON.stringify({ ...query, expand: [] });
  const whole = JSON.stringify(query);
  const kept = useRef<Kept>({ subject: "", whole: "", past: new Map() });
  return useLoaded(
    async (signal) => {
      if (!query.node) return undefined;
      const last = kept.current;
      const isSame = last.whole === whole;
      const past = isSame ? last.past : new Map<string, Graph>();
      const frame = past.get(at) ?? (await readGraph(query, at, signal));
      if (signal.aborted) return undefined;
      if (at) past.set(at, frame);
      const union = unionOf(last.subject === subject ? last.union : undefined, frame);
      const isCompared = isSame && last.frame !== undefined && last.frame.asOf !== frame.asOf;
      kept.current = { subject, whole, union, frame, past };
      return { frame, union, comparison: isCompared ? comparisonOf(last.frame, frame) : undefined };
    },
    [whole, at],
  );
}
