import { useLayoutEffect, useReducer, useRef } from "preact/hooks";
import { isNotRecorded, isPassing, type Loaded } from "./loading.tsx";
import { href, parseRoute } from "./route.ts";

interface FailureProps {
  /** What was loaded. */
  readonly of: Pick<Loaded<unknown>, "error" | "retry" | "data" | "busy">;
  readonly at?: string | null;
  /** Says nothing, where the rest of the view does: what was to be loaded is loaded again with that. */
  readonly isHidden?: boolean;
}

/**
 * What went wrong, in one line, with a way on: the same again where that may help, otherwise the view without its parameters. Parts of a view
 * that fail alike say it once, and its button loads all of them again.
 */
export function Failure({ of: { error, retry, data, busy }, at, isHidden = false }: FailureProps) {
  const isExpected = isNotRecorded(error, at);
  const { isFirst, retryAll } = useAlike(isExpected ? undefined : error?.message, retry, isHidden);
  if (isHidden) return null;
  if (isExpected) {
    return (
      <p class="notice" role="status">
        <strong>Not recorded yet:</strong> {error.problem.detail}
      </p>
    );
  }
  if (!error || !isFirst) return null;
  return (
    <div class="failure">
      <p role="alert">{error.message}</p>
      {data !== undefined && <p>What is shown was loaded before.</p>}
      {isPassing(error) ? (
        <button type="button" disabled={busy} onClick={retryAll}>
          {busy ? "Trying …" : "Try again"}
        </button>
      ) : (
        <a class="button" href={href(parseRoute(location.hash).view)}>
          Start over
        </a>
      )}
    </div>
  );
}

interface Entry {
  readonly message: string;
  readonly isHidden: boolean;
  retry(): void;
}

/** The failures on the page, in the order in which they came. */
const entries = new Set<Entry>();
const watchers = new Set<() => void>();

/** Whether this is the first failure on the page with its message, and how to load all that have it again. */
function useAlike(message: string | undefined, retry: () => void, isHidden: boolean) {
  const [, draw] = useReducer((turn: number, _: undefined) => turn + 1, 0);
  const latest = useRef(retry);
  latest.current = retry;
  const own = useRef<Entry | undefined>(undefined);
  useLayoutEffect(() => {
    if (message === undefined) return undefined;
    const entry = { message, isHidden, retry: () => latest.current() };
    const watch = () => draw(undefined);
    own.current = entry;
    entries.add(entry);
    watchers.add(watch);
    for (const each of watchers) each();
    return () => {
      entries.delete(entry);
      watchers.delete(watch);
      for (const each of watchers) each();
    };
  }, [message]);
  const alike = [...entries].filter((entry) => entry.message === message);
  const retryAll = () => {
    for (const entry of alike) entry.retry();
  };
  const first = alike.find((entry) => !entry.isHidden);
  return { isFirst: first !== undefined && first === own.current, retryAll };
}
