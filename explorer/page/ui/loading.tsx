import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./api.ts";

/** What was loaded, or why it was not. */
export interface Loaded<Data> {
  readonly data: Data | undefined;
  readonly error: Error | undefined;
  readonly busy: boolean;
}

/** What `load` answers, loaded again whenever `inputs` change. While that goes on the last answer stays, with `busy`. */
export function useLoaded<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  inputs: readonly unknown[],
): Loaded<Data> {
  const [state, setState] = useState<Partial<Loaded<Data>> & { inputs?: readonly unknown[] }>({});
  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      (data) => abort.signal.aborted || setState({ data, inputs }),
      (error) => abort.signal.aborted || setState({ error, inputs }),
    );
    return () => abort.abort();
  }, inputs);
  const { data, error } = state;
  return { data, error, busy: !state.inputs?.every((input, index) => input === inputs[index]) };
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

/** What went wrong, in one line. That something was not there yet at the instant asked for, `at`, is no fault. */
export function Failure({ error, at }: { error: Error | undefined; at?: string | null }) {
  if (!error) return null;
  if (at && error instanceof ApiError && error.status === 404) {
    return (
      <p class="notice" role="status">
        Not recorded yet: {error.problem.detail}
      </p>
    );
  }
  return (
    <p class="failure" role="alert">
      {error.message}
    </p>
  );
}

/** Says that something is being loaded, only when that takes a moment. */
export function Busy({ busy, what = "Loading …" }: { busy: boolean; what?: string }) {
  return (
    <p class="busy" role="status">
      {busy ? what : ""}
    </p>
  );
}
