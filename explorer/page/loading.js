import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";

/**
 * What `load` answers, loaded again whenever `inputs` change. While that goes on the last answer stays, with `busy`.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown[]} inputs
 * @returns {{ data: T | undefined, error: Error | undefined, busy: boolean }}
 */
export function useLoaded(load, inputs) {
  const [state, setState] = useState({ data: undefined, error: undefined, inputs: undefined });
  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      (data) => abort.signal.aborted || setState({ data, error: undefined, inputs }),
      (error) => abort.signal.aborted || setState({ data: undefined, error, inputs }),
    );
    return () => abort.abort();
  }, inputs);
  const { data, error } = state;
  return { data, error, busy: !state.inputs?.every((input, index) => input === inputs[index]) };
}

/** Calls `tick` every so often while the page is looked at. */
export function useInterval(tick, ms) {
  const latest = useRef(tick);
  latest.current = tick;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** What went wrong, in one line. */
export function Failure({ error }) {
  return error ? html`<p class="failure" role="alert">${error.message}</p>` : null;
}

/** Says that something is being loaded, only when that takes a moment. */
export function Busy({ busy, what = "Loading …" }) {
  return html`<p class="busy" role="status">${busy ? what : ""}</p>`;
}
