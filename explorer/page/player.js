import { useEffect, useRef, useState } from "preact/hooks";
import { collect } from "./api.js";
import { html } from "./html.js";
import { Failure, useLoaded } from "./loading.js";
import { DAY, dateTime, instantOf } from "./time.js";
import { counted } from "./values.js";

const WINDOWS = {
  "1d": ["last day", DAY],
  "7d": ["last 7 days", 7 * DAY],
  "35d": ["last 35 days", 35 * DAY],
  all: ["all that is kept", 0],
};
const DEFAULT_WINDOW = "35d";
const MAX_CHANGES = 20_000;
const STEP_MS = 1_100;

/** Plays the graph through the instants at which something in it changed. */
export function Player({ params, frame, union, comparison, busy, onChange }) {
  const [window, setWindow] = useState(params.get("play") ?? "");
  const [playing, setPlaying] = useState(false);
  const steps = useLoaded(
    (signal) => (window ? readSteps(union, window, signal) : Promise.resolve(undefined)),
    [window, union.start],
  );
  const at = params.get("at") ?? "";
  const instants = steps.data?.instants ?? [];
  const index = placeOf(instants, at);
  const last = instants.length - 1;
  const goTo = (next) => onChange({ at: instants[Math.max(0, Math.min(last, next))] }, { replace: true });
  const wanted = useRef(false);

  const open = (name) => {
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
  return html`<div class="player" role="group" aria-label="Time">
    <div class="transport">
      <button type="button" class="play" disabled=${steps.busy && window !== ""} onClick=${play}>
        <span aria-hidden="true">${playing ? "❚❚" : "▶"}</span> ${window ? name : "Play through time"}
      </button>
      ${
        window &&
        html`<button type="button" aria-label="Step back" disabled=${index <= 0} onClick=${() => goTo(index - 1)}>◀</button>
        <button type="button" aria-label="Step on" disabled=${index >= last} onClick=${() => goTo(index + 1)}>▶</button>
        <input
          type="range" class="slider" min="0" max=${Math.max(0, last)} step="1" value=${Math.max(0, index)} disabled=${instants.length === 0}
          aria-label="Instant" aria-valuetext=${dateTime(instants[index] ?? frame.asOf)} onInput=${(event) => goTo(Number(event.target.value))}
        />
        <label class="inline"><span class="hidden">Period</span>
          <select value=${window} onChange=${(event) => open(event.target.value)}>
            ${Object.entries(WINDOWS).map(([value, [text]]) => html`<option value=${value}>${text}</option>`)}
          </select>
        </label>
        <button type="button" onClick=${() => onChange({ at: "" }, { replace: true })}>Now</button>`
      }
    </div>
    <${Failure} error=${steps.error} />
    ${window && html`<p class="said" role="status">${said({ frame, comparison, steps, index, instants })}</p>`}
  </div>`;
}

function said({ frame, comparison, steps, index, instants }) {
  if (steps.data && instants.length === 0) return "Nothing in this graph changed in this period.";
  const step = index >= 0 ? `${index + 1} of ${instants.length}, ` : "";
  if (!comparison)
    return `${step}${dateTime(frame.asOf)}${steps.data?.more ? "; only the first changes of the period were read" : ""}`;
  const { newEdges, goneEdges } = comparison;
  const parts = [
    ...(newEdges.length > 0 ? [`${counted(newEdges.length, "edge")} appeared`] : []),
    ...(goneEdges.length > 0 ? [`${counted(goneEdges.length, "edge")} gone`] : []),
  ];
  return `${step}${dateTime(frame.asOf)}: ${parts.join(", ") || "nothing else than before"}`;
}

/** The step that an instant is at, or after. */
function placeOf(instants, at) {
  if (!at) return instants.length - 1;
  return instants.findLastIndex((instant) => instant <= at);
}

/** The instants at which something changed that names a node of the graph, oldest first. */
async function readSteps(union, window, signal) {
  const [, length] = WINDOWS[window] ?? WINDOWS[DEFAULT_WINDOW];
  const since = length ? instantOf(Date.now() - length) : "";
  const sources = new Set([...union.edges.values()].map(({ source }) => source));
  const read = await Promise.all(
    [...sources].map((source) => collect("/v1/changes", { source, since }, { most: MAX_CHANGES, signal })),
  );
  const touches = ({ document }) => Object.values(document).some((value) => union.nodes.has(value));
  const instants = new Set(read.flatMap(({ entries }) => entries.filter(touches).map(({ at }) => at)));
  return { instants: [...instants].sort(), more: read.some(({ more }) => more) };
}
