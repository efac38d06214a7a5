import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";

interface SourceMap {
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/**
 * Removes packages from a source map. Node reads the map of all code that it loads at once, and nine tenths of a function's code are
 * packages: in those, a stack trace shows positions in the bundle.
 */
export function onlyOwnCode(text: string): string {
  const map = JSON.parse(text) as SourceMap;
  const sources = new Map<number, number>();
  const names = new Map<number, number>();
  const lines = decode(map.mappings).map((segments) => {
    const kept: SourceMapSegment[] = [];
    for (const segment of segments) {
      if (segment.length === 1 || map.sources[segment[1]]?.includes("node_modules/")) {
        // A segment without a source ends the one before it.
        if (kept.at(-1)?.length !== 1) kept.push([segment[0]]);
        continue;
      }
      const [column, source, line, sourceColumn, name] = segment;
      const own: [number, number, number, number] = [column, renumbered(sources, source), line, sourceColumn];
      kept.push(name === undefined ? own : [...own, renumbered(names, name)]);
    }
    return kept;
  });
  return JSON.stringify({
    ...map,
    sources: [...sources.keys()].map((source) => map.sources[source]),
    names: [...names.keys()].map((name) => map.names[name]),
    mappings: encode(lines),
  });
}

/** The new number of a kept source or name: they are numbered in order of first use. */
function renumbered(known: Map<number, number>, before: number): number {
  const now = known.get(before) ?? known.size;
  known.set(before, now);
  return now;
}
