import { useRef } from "preact/hooks";
import { comparisonOf, readGraph, unionOf } from "./graph-query.js";
import { useLoaded } from "./loading.js";

/**
 * The graph as of an instant, and how it differs from the one shown before it. The past does not change, so what was
 * read of it is kept.
 * @param {import("./graph-query.js").GraphQuery} query
 */
export function useFrames(query, at) {
  const subject = JSON.stringify({ ...query, expand: [] });
  const whole = JSON.stringify(query);
  const kept = useRef({ subject: "", whole: "", union: undefined, frame: undefined, past: new Map() });
  return useLoaded(
    async (signal) => {
      if (!query.node) return undefined;
      const last = kept.current;
      const same = last.whole === whole;
      const past = same ? last.past : new Map();
      const frame = (at && past.get(at)) || (await readGraph(query, at, signal));
      if (signal.aborted) return undefined;
      if (at) past.set(at, frame);
      const union = unionOf(last.subject === subject ? last.union : undefined, frame);
      const compared = same && last.frame && last.frame.asOf !== frame.asOf;
      kept.current = { subject, whole, union, frame, past };
      return { frame, union, comparison: compared ? comparisonOf(last.frame, frame) : undefined };
    },
    [whole, at],
  );
}
