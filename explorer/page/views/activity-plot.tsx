import type { ChangeKind } from "../ui/answers.ts";
import { dateTime, duration } from "../ui/time.ts";
import { count, counted } from "../ui/values.ts";
import type { Activity } from "./activity.ts";

const WIDTH = 480;
const HEIGHT = 64;
const BASE = 42;
const GAP = 1.5;

/** Additions and modifications above the line, removals below it, over the last while. */
export function ActivityPlot({ activity, label }: { activity: Activity | undefined; label: string }) {
  if (!activity) return <div class="plot"></div>;
  const { bars, totals, span, since, first, isCut } = activity;
  const up = Math.max(1, ...bars.map(({ added, modified }) => added + modified));
  const down = Math.max(1, ...bars.map(({ removed }) => removed));
  // One scale for both sides, so that a removal is as long as an addition.
  const scale = Math.min((BASE - 2) / up, (HEIGHT - BASE - 2) / down);
  const step = WIDTH / bars.length;
  const bar = (kind: ChangeKind, index: number, top: number, height: number) =>
    height > 0 && (
      <rect
        class={`fill-${kind}`}
        x={index * step + GAP / 2}
        width={step - GAP}
        y={top}
        height={Math.max(height, 1.5)}
        rx="1"
      />
    );
  const said =
    `${label}, the last ${duration(span)}: ${count(totals.added)} added, ${count(totals.modified)} modified, ` +
    `${count(totals.removed)} removed${first > 0 ? `, beside the first listing of ${count(first)}` : ""}`;
  return (
    <figure class="plot">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={said}>
        <line class="axis" x1="0" x2={WIDTH} y1={BASE} y2={BASE} />
        {bars.map(({ added, modified, removed }, index) => {
          const modifiedTop = BASE - modified * scale;
          return (
            <g key={index}>
              {bar("modified", index, modifiedTop, modified * scale)}
              {bar("added", index, modifiedTop - added * scale, added * scale)}
              {bar("removed", index, BASE + 1, removed * scale)}
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span title={dateTime(since)}>{duration(span)} ago</span>
        {isCut && <span>the latest syncs only</span>}
        {first > 0 && <span>{counted(first, "item")} listed for the first time, not shown</span>}
        <span>now</span>
      </figcaption>
    </figure>
  );
}
