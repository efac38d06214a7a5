import { clearScreenDown } from "node:readline";
import cliProgress, { type Options, type Params, type SingleBar } from "cli-progress";
import { type Collection, ENTIRE_COLLECTION } from "../functions/model/collection.ts";
import type { SyncProgress } from "../functions/sync/job.ts";
import type { CollectionResult } from "../functions/sync/sync-collection.ts";
import { collectionName, commonCauses, completeLine, isNews, listedText, progressText, resultLines } from "./report.ts";
import type { RunObserver } from "./run.ts";
import { fitText } from "./table.ts";

const { Format, MultiBar, Presets } = cliProgress;

/**
 * Shows a run on a terminal, one line a collection, rewritten as it goes, with a bar when it is known how much there is to list; elsewhere
 * as plain lines, not too many.
 */
export function observe(stream: NodeJS.WriteStream): RunObserver & { stop(): void } {
  return stream.isTTY ? terminalObserver(stream) : lineObserver(stream);
}

/** Shows a continuous run as plain lines: what takes long, what changed, and what is not complete. */
export function observeNews(stream: NodeJS.WriteStream): RunObserver {
  const observer = lineObserver(stream);
  return {
    ...observer,
    done(result) {
      if (isNews(result)) observer.done(result);
      else observer.forget(result.collection);
    },
  };
}

/** What a collection's line shows. */
interface Shown {
  readonly name: string;
  readonly text: string;
  readonly expected?: number;
  readonly scopes: number;
  readonly done: number;
}

interface Running {
  readonly bar: SingleBar;
  shown: Shown;
  /** How far each scope's listing is. */
  readonly listing: Map<string, { readonly pages: number; readonly listed: number }>;
}

function terminalObserver(stream: NodeJS.WriteStream) {
  // The lines fit the terminal by themselves, and the command handles signals itself.
  const settings = { format: lineOf, fps: 10, barsize: 20, clearOnComplete: true, forceRedraw: true };
  const bars = new MultiBar(
    { ...settings, stream, linewrap: true, gracefulExit: false, hideCursor: false },
    Presets.shades_classic,
  );
  const running = new Map<Collection, Running>();
  let results = "";
  const linesOf = resultPrinter((result) => terminalLines(result, stream.columns || 80));
  bars.on("redraw-pre", () => {
    clearScreenDown(stream);
    stream.write(results);
    results = "";
  });
  const show = (collection: Collection, change: Partial<Shown>, value?: number) => {
    const of = running.get(collection);
    if (!of) return;
    of.shown = { ...of.shown, ...change };
    if (value === undefined) of.bar.update({ shown: of.shown });
    else of.bar.update(value, { shown: of.shown });
  };
  return {
    started(collection: Collection) {
      const shown = { name: collectionName(collection), text: "starting", scopes: 1, done: 0 };
      running.set(collection, { bar: bars.create(0, 0, { shown }), shown, listing: new Map() });
      bars.update();
    },
    planned(collection: Collection, scopes: number, expected?: number) {
      if (expected !== undefined) running.get(collection)?.bar.setTotal(expected);
      show(collection, { scopes, ...(expected !== undefined && { expected }) });
    },
    progress(collection: Collection, scope: string, progress: SyncProgress) {
      const of = running.get(collection);
      if (!of) return;
      const first = progress.step !== "listing" || of.listing.size === 0;
      if (progress.step === "listing") of.listing.set(scope, progress);
      const sum = sumOf(of.listing.values());
      const { expected } = of.shown;
      const ofAll = progress.step === "listing" ? { ...progress, ...sum } : progress;
      const text =
        expected && progress.step === "listing"
          ? listedText(sum.listed, expected)
          : progressText(ofAll, Date.now(), expected);
      show(collection, { text }, sum.listed);
      if (first) bars.update();
    },
    scopeDone(collection: Collection) {
      show(collection, { done: (running.get(collection)?.shown.done ?? 0) + 1 });
    },
    done(result: CollectionResult) {
      const of = running.get(result.collection);
      running.delete(result.collection);
      results += linesOf(result);
      if (of) bars.remove(of.bar);
    },
    stop() {
      if (bars.isActive) bars.stop();
    },
  };
}

/** What to print of each result: its own lines, and what it has in common with others the first time. */
function resultPrinter(ownLines = resultLines): (result: CollectionResult) => string {
  const said = new Set<string>();
  return (result) => {
    const causes = commonCauses(result).filter((cause) => !said.has(cause));
    for (const cause of causes) said.add(cause);
    return [...ownLines(result), ...causes].map((line) => `${line}\n`).join("");
  };
}

/** The line of a collection that is complete fits the terminal; what is wrong is said whole. */
function terminalLines(result: CollectionResult, columns: number): string[] {
  const line = completeLine(result);
  if (!line) return resultLines(result);
  const { name, text } = line;
  const width = columns - 1;
  return [fitText(`${fitText(name, Math.max(MIN_NAME, width - text.length), "middle")}${text}`, width, "end")];
}

function sumOf(listings: Iterable<{ readonly pages: number; readonly listed: number }>) {
  let [pages, listed] = [0, 0];
  for (const each of listings) {
    pages += each.pages;
    listed += each.listed;
  }
  return { pages, listed };
}

/** This much of a collection's name is shown however narrow the terminal is. */
const MIN_NAME = 24;

/** `████████████░░░░░░░░  60%  sagemaker.associations 123456789012/eu-west-1: 1,200 of about 2,000 items` */
function lineOf(options: Options, { progress, maxWidth }: Params, { shown }: { readonly shown: Shown }): string {
  const { name, text, expected, scopes, done } = shown;
  const percent = `${Math.floor(progress * 100)}%`.padStart(4);
  const bar = expected ? `${Format.BarFormat(progress, options)} ${percent}  ` : "";
  const says = `: ${text}${scopes > 1 && !expected ? ` [${done}/${scopes} scopes]` : ""}`;
  const width = maxWidth - 1;
  const shortName = fitText(name, Math.max(MIN_NAME, width - bar.length - says.length), "end");
  return fitText(`${bar}${shortName}${says}`, width, "end");
}

const LINE_EVERY_MS = 5_000;

function lineObserver(stream: NodeJS.WriteStream) {
  /** When something was last said about a collection. */
  const saidAt = new Map<Collection, number>();
  const expectations = new Map<Collection, number>();
  const linesOf = resultPrinter();
  const forget = (collection: Collection) => {
    saidAt.delete(collection);
    expectations.delete(collection);
  };
  return {
    started(collection: Collection) {
      saidAt.set(collection, Date.now());
    },
    planned(collection: Collection, _scopes: number, expected?: number) {
      if (expected !== undefined) expectations.set(collection, expected);
    },
    progress(collection: Collection, scope: string, progress: SyncProgress) {
      const isEntire = scope === ENTIRE_COLLECTION.id;
      const now = Date.now();
      const lastSaid = saidAt.get(collection) ?? now;
      const isDue = progress.step === "waiting" || now - lastSaid >= LINE_EVERY_MS;
      saidAt.set(collection, isDue ? now : lastSaid);
      if (!isDue) return;
      const text = progressText(progress, now, isEntire ? expectations.get(collection) : undefined);
      stream.write(`${collectionName(collection)}: ${isEntire ? text : `scope ${scope}: ${text}`}\n`);
    },
    scopeDone: () => undefined,
    done(result: CollectionResult) {
      forget(result.collection);
      stream.write(linesOf(result));
    },
    forget,
    stop: () => undefined,
  };
}
