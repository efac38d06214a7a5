import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";

interface SourceMap {
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/**
 * A source map without what it says of packages. Node reads the map of all code that it loads at once, and nine tenths of a
 * function's code are packages: what a stack trace shows of those are places in the bundle.
 */
export function onlyOwnCode(text: string): string {
  const map = JSON.parse(text) as SourceMap;
  const sources = new Map<number, number>();
  const names = new Map<number, number>();
  const lines = decode(map.mappings).map((segments) => {
    const kept: SourceMapSegment[] = [];
    for (const segment of segments) {
      if (segment.length === 1 || map.sources[segment[1]]?.includes("node_modules/")) {
        // One that names no source ends the one before.
        if (kept.at(-1)?.length !== 1) kept.push([segment[0]]);
        continue;
      }
      const [column, source, line, place, name] = segment;
      const own: [number, number, number, number] = [column, renumbered(sources, source), line, place];
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

/** Numbers what is kept in the order in which it first comes. */
function renumbered(known: Map<number, number>, before: number): number {
  const now = known.get(before) ?? known.size;
  known.set(before, now);
  return now;
}
