import { useEffect, useRef, useState } from "preact/hooks";
import type { Frame } from "../graph/frames.ts";
import type { Subgraph } from "../graph/query.ts";
import type { Change } from "../ui/answers.ts";
import { CHANGES, collect } from "../ui/api.ts";
import { Failure } from "../ui/failure.tsx";
import { useLoaded } from "../ui/loading.tsx";
import type { Params } from "../ui/params.ts";
import type { GoOptions } from "../ui/route.ts";
import { DAY, dateTime, instantOf } from "../ui/time.ts";
import { counted } from "../ui/values.ts";

const DEFAULT_WINDOW = "35d";
/** The periods that can be played: how they are called, and how long they are. */
const WINDOWS: Readonly<Record<string, readonly [string, number]>> = {
  "1d": ["last day", DAY],
  "7d": ["last 7 days", 7 * DAY],
  [DEFAULT_WINDOW]: ["last 35 days", 35 * DAY],
  all: ["all that is kept", 0],
};
const MAX_CHANGES = 20_000;
const STEP_MS = 1_100;

interface PlayerProps {
  readonly params: URLSearchParams;
  readonly shown: Frame;
  readonly busy: boolean;
  readonly onChange: (changes: Params, options?: GoOptions) => void;
}

/** Plays the graph through the instants at which something in it changed. */
export function Player({ params, shown, busy, onChange }: PlayerProps) {
  const { frame, union } = shown;
  const [window, setWindow] = useState(params.get("play") ?? "");
  const [playing, setPlaying] = useState(false);
  const steps = useLoaded(
    (signal) => (window ? readSteps(union, window, signal) : Promise.resolve(undefined)),
    [window, union.start],
  );
  const at = params.get("at") ?? "";
  const instants = steps.data?.instants ?? [];
  const index = indexAt(instants, at);
  const last = instants.length - 1;
  const goTo = (next: number) => onChange({ at: instants[Math.max(0, Math.min(last, next))] }, { replace: true });
  const wanted = useRef(false);

  const open = (name: string) => {
    setWindow(name);
    onChange({ play: name }, { replace: true });
  };
  const play = () => {
    if (playing) return setPlaying(false);
    if (!window) {
      wanted.current = true;
      return open(DEFAULT_WINDOW);
    }
    if (index >= last) goTo(0);
    return setPlaying(last > 0);
  };
  // Pressed before the instants were known: begins as soon as they are.
  useEffect(() => {
    if (!wanted.current || instants.length === 0) return;
    wanted.current = false;
    goTo(0);
    setPlaying(last > 0);
  }, [steps.data]);
  useEffect(() => {
    if (!playing || busy) return undefined;
    if (index >= last) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => goTo(index + 1), STEP_MS);
    return () => clearTimeout(timer);
  }, [playing, busy, index, last]);

  const name = steps.busy ? "Reading …" : playing ? "Pause" : "Play";
  return (
    <div class="player" role="group" aria-label="Time">
      <div class="transport">
        <button type="button" class="play" disabled={steps.busy && window !== ""} onClick={play}>
          <span aria-hidden="true">{playing ? "❚❚" : "▶"}</span> {window ? name : "Play through time"}
        </button>
        {window && (
          <>
            <button type="button" aria-label="Step back" disabled={index <= 0} onClick={() => goTo(index - 1)}>
              ◀
            </button>
            <button type="button" aria-label="Step on" disabled={index >= last} onClick={() => goTo(index + 1)}>
              ▶
            </button>
            <input
              type="range"
              class="slider"
              min="0"
              max={Math.max(0, last)}
              step={1}
              value={Math.max(0, index)}
              disabled={instants.length === 0}
              aria-label="Instant"
              aria-valuetext={dateTime(instants[index] ?? frame.asOf)}
              onInput={(event) => goTo(Number(event.currentTarget.value))}
            />
            <label class="inline">
              <span class="hidden">Period</span>
              <select value={window} onChange={(event) => open(event.currentTarget.value)}>
                {Object.entries(WINDOWS).map(([value, [text]]) => (
                  <option key={value} value={value}>
                    {text}
                  </option>
                ))}
              </select>
            </label>
            <button type="button" onClick={() => onChange({ at: "" }, { replace: true })}>
              Now
            </button>
          </>
        )}
      </div>
      <Failure of={steps} />
      {window && (
        <p class="said" role="status">
          {said(shown, steps.data, indexAt(instants, at && frame.asOf))}
        </p>
      )}
    </div>
  );
}

interface Steps {
  readonly instants: readonly string[];
  /** Whether there are more changes than were read. */
  readonly more: boolean;
}

/** Which instant is shown, at `index` of the steps, and what changed between it and the one shown before, in the order of time. */
function said({ frame, comparison }: Frame, steps: Steps | undefined, index: number): string {
  if (steps?.instants.length === 0) return "Nothing in this graph changed in this period.";
  const step = steps && index >= 0 ? `${index + 1} of ${steps.instants.length}, ` : "";
  const instant = `${step}${dateTime(frame.asOf)}`;
  if (!comparison) return steps?.more ? `${instant}; only the first changes of the period were read` : instant;
  const { newEdges, goneEdges, until } = comparison;
  const parts = [
    ...(newEdges.length > 0 ? [`${counted(newEdges.length, "edge")} appeared`] : []),
    ...(goneEdges.length > 0 ? [`${counted(goneEdges.length, "edge")} gone`] : []),
  ];
  // After a step back the change lies ahead of what is shown.
  const when = until === frame.asOf ? ": " : `; until ${dateTime(until)} `;
  return `${instant}${when}${parts.join(", ") || "nothing else than before"}`;
}

/** The step that an instant is at, or after. */
function indexAt(instants: readonly string[], at: string): number {
  if (!at) return instants.length - 1;
  return instants.findLastIndex((instant) => instant <= at);
}

/** The instants at which something changed that names a node of the graph, oldest first. */
async function readSteps(union: Subgraph, window: string, signal: AbortSignal): Promise<Steps> {
  const length = WINDOWS[window]?.[1] ?? 35 * DAY;
  const since = length ? instantOf(Date.now() - length) : "";
  const sources = new Set([...union.edges.values()].map(({ source }) => source));
  const read = await Promise.all(
    [...sources].map((source) => collect(CHANGES, { source, since }, { max: MAX_CHANGES, signal })),
  );
  const touches = ({ document }: Change) =>
    Object.values(document).some((value) => typeof value === "string" && union.nodes.has(value));
  const instants = new Set(read.flatMap(({ entries }) => entries.filter(touches).map(({ at }) => at)));
  return { instants: [...instants].sort(), more: read.some(({ more }) => more) };
}
