import { createLogUpdate } from "log-update";
import type { Collection } from "../functions/core/collection.ts";
import type { SyncProgress } from "../functions/core/job.ts";
import { collectionName, progressText, resultLines } from "./report.ts";
import type { CollectionResult, RunObserver } from "./run.ts";

/** Where progress is shown: a terminal that can be rewritten, or lines. */
export interface Output {
  readonly stream: NodeJS.WriteStream;
  /** Prints nothing of what went well, as programs and a watching demonstration want it. */
  readonly resultsElsewhere?: boolean;
}

/** Shows a run on a terminal, one line a collection, rewritten as it goes; elsewhere as plain lines, not too many. */
export function observe(output: Output): RunObserver & { stop(): void } {
  return output.stream.isTTY ? terminalObserver(output) : lineObserver(output);
}

const REDRAW_MS = 100;

function terminalObserver({ stream, resultsElsewhere }: Output) {
  const update = createLogUpdate(stream);
  const running = new Map<Collection, { text: string; scopes: number; done: number }>();
  let drawn = 0;
  const draw = (force: boolean) => {
    const now = Date.now();
    if (!force && now - drawn < REDRAW_MS) return;
    drawn = now;
    update(
      [...running]
        .map(([collection, { text, scopes, done }]) => {
          const share = scopes > 1 ? ` [${done}/${scopes} scopes]` : "";
          return `${collectionName(collection)}: ${text}${share}`;
        })
        .join("\n"),
    );
  };
  const set = (collection: Collection, text: string, change: { scopes?: number; done?: number } = {}) => {
    const before = running.get(collection) ?? { scopes: 1, done: 0 };
    running.set(collection, { ...before, ...change, text });
  };
  return {
    planning: (collection: Collection) => {
      set(collection, "starting");
      draw(true);
    },
    planned: (collection: Collection, scopes: number) => set(collection, "starting", { scopes }),
    progress(collection: Collection, _scope: string, progress: SyncProgress) {
      set(collection, progressText(progress, Date.now()));
      draw(progress.step !== "listing");
    },
    scopeDone(collection: Collection) {
      set(collection, "listing", { done: (running.get(collection)?.done ?? 0) + 1 });
      draw(false);
    },
    done(result: CollectionResult) {
      running.delete(result.collection);
      update.clear();
      if (!resultsElsewhere) stream.write(`${resultLines(result).join("\n")}\n`);
      draw(true);
    },
    stop() {
      update.clear();
      update.done();
    },
  };
}

const LINE_EVERY_MS = 5_000;

function lineObserver({ stream, resultsElsewhere }: Output) {
  const said = new Map<Collection, number>();
  const say = (collection: Collection, text: string) => {
    said.set(collection, Date.now());
    stream.write(`${collectionName(collection)}: ${text}\n`);
  };
  return {
    planning: (collection: Collection) => {
      said.set(collection, Date.now());
    },
    planned: () => undefined,
    progress(collection: Collection, scope: string, progress: SyncProgress) {
      const text = progressText(progress, Date.now());
      if (progress.step === "waiting" || progress.step === "undoing") {
        say(collection, scope === "all" ? text : `scope ${scope}: ${text}`);
      } else if (Date.now() - (said.get(collection) ?? 0) >= LINE_EVERY_MS) say(collection, text);
    },
    scopeDone: () => undefined,
    done(result: CollectionResult) {
      if (!resultsElsewhere) stream.write(`${resultLines(result).join("\n")}\n`);
    },
    stop: () => undefined,
  };
}
