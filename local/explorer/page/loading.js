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
  const [state, setState] = useState({ data: undefined, error: undefined, busy: true });
  useEffect(() => {
    const abort = new AbortController();
    setState((last) => ({ ...last, busy: true }));
    load(abort.signal).then(
      (data) => abort.signal.aborted || setState({ data, error: undefined, busy: false }),
      (error) => abort.signal.aborted || setState({ data: undefined, error, busy: false }),
    );
    return () => abort.abort();
  }, inputs);
  return state;
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
