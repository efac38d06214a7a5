import { count, type Figure, megabytes } from "../figure.ts";
import type { Growth, GrowthCurves } from "./growth.ts";

const MOST = 600e6;
/** Above this much more memory for each further item at the largest size than before it, a curve is not linear. */
const STEEPER = 1.25;

/** The most memory that a sync's process had, at the largest size. */
export function peakMemory({ noChange, onePercent, firstSync, listing }: GrowthCurves): Figure {
  const curves = { "no-change": noChange, "1 % changed": onePercent, "first sync": firstSync };
  const peaks = Object.entries(curves).map(([name, curve]) => ({ name, ...last(curve), slope: slopes(curve) }));
  const highest = Math.max(...peaks.map(({ peakMemory }) => peakMemory));
  const items = peaks[0]?.items ?? 0;
  const linear = peaks.every(({ slope }) => slope.last <= slope.before * STEEPER);
  return {
    name: `peak memory, ${count(items)} items in one scope (IoT)`,
    baseline: "–",
    aim: "≤ 600 MB, and linear",
    value: `${megabytes(highest)}, ${linear ? "linear or less" : "steeper than linear"}`,
    met: highest <= MOST && linear,
    detail: peaks
      .map(
        ({ name, peakMemory, slope }) =>
          `${name} ${megabytes(peakMemory)} (${slope.before.toFixed(0)}, then ${slope.last.toFixed(0)} B an item)`,
      )
      .join("; "),
    limit: `the listing alone takes ${megabytes(last(listing).peakMemory)}; the rest is the look-ahead, the index and the keys seen`,
  };
}

function last<T>(curve: readonly T[]): T {
  const value = curve.at(-1);
  if (value === undefined) throw new Error("the curve has no points");
  return value;
}

/** Bytes for each further item, at the largest sizes and at those before. */
function slopes(curve: readonly Growth[]): { readonly before: number; readonly last: number } {
  const [a, b, c] = curve.slice(-3);
  if (!a || !b || !c) throw new Error("a curve needs three points");
  const slope = (from: Growth, to: Growth) => (to.peakMemory - from.peakMemory) / (to.items - from.items);
  return { before: slope(a, b), last: slope(b, c) };
}
