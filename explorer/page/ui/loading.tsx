import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./api.ts";

/** What was loaded, or why it was not. */
export interface Loaded<Data> {
  readonly data: Data | undefined;
  readonly error: Error | undefined;
  readonly busy: boolean;
  /** Loads it again. */
  retry(): void;
}

/**
 * What `load` answers, loaded again whenever `inputs` change. While that goes on the last answer stays, with `busy`; it also stays when
 * the API cannot be reached. An answer that refuses the request replaces it.
 */
export function useLoaded<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  inputs: readonly unknown[],
): Loaded<Data> {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<Partial<Loaded<Data>> & { inputs?: readonly unknown[] }>({});
  const all = [...inputs, turn];
  // Requested before the browser paints, which takes its time.
  useLayoutEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      (data) => abort.signal.aborted || setState({ data, inputs: all }),
      (error) =>
        abort.signal.aborted ||
        setState((last) => ({
          error,
          inputs: all,
          ...(isPassing(error) && last.data !== undefined && { data: last.data }),
        })),
    );
    return () => abort.abort();
  }, all);
  const { data, error } = state;
  const busy = !state.inputs?.every((input, index) => input === all[index]);
  return { data, error, busy, retry: () => setTurn((last) => last + 1) };
}

/** Whether the same request may succeed later. */
export function isPassing(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status === 429 || error.status >= 500;
}

/** Whether something was not there yet at the instant asked for, `at`, which is no fault. */
export function isNotRecorded(error: Error | undefined, at: string | null | undefined): error is ApiError {
  return Boolean(at) && error instanceof ApiError && error.status === 404;
}

/** Calls `tick` every so often while the page is looked at. */
export function useInterval(tick: () => void, ms: number): void {
  const latest = useRef(tick);
  latest.current = tick;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** Where something will be once it is loaded: so many lines of it. */
export function Skeleton({ lines }: { lines: number }): ComponentChildren {
  return (
    <div class="skeleton waiting" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index}></span>
      ))}
    </div>
  );
}
