import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { type ExportedFile, MANIFEST, manifestText } from "../export/manifest.ts";
import { readPresentItems } from "../export/read.ts";
import type { BucketDestination } from "../export/s3.ts";
import { type FileEnd, writeFiles } from "../export/write.ts";
import { freshAtOf, readCollections } from "../inventory/collections.ts";
import { openRead } from "../inventory/read-timestamp.ts";
import { systemClock } from "../model/clock.ts";
import { type Instant, instantOf } from "../model/instant.ts";
import { createNameOf } from "../model/node.ts";
import type { Store } from "../store/port.ts";
import { createDeadline, type Deadline } from "./deadline.ts";

/*
 * Each day's export is the inventory at its midnight, UTC: an instant that is past, so that every attempt gives the same files. The function
 * runs once an hour. Where it ran out of time, the next run goes on after the last whole file. Once the day's manifest is there, a run reads
 * it and ends.
 *
 *   <prefix>/items/day=2026-03-01/source=…/account=…/region=…/items-00000.parquet
 *   <prefix>/exports/day=2026-03-01/manifest.json     written last
 *   <prefix>/progress/day=2026-03-01.json             what is written so far
 */

export interface DailyExportParts {
  readonly store: Store;
  /** Those that the API answers for. */
  readonly sources: Parameters<typeof createNameOf>[0];
  readonly retentionDays: number;
  readonly destination: BucketDestination;
}

/** How far a day's export is. The instant stays the same from the first run on, whatever is synced meanwhile. */
interface Progress {
  readonly asOf: Instant;
  readonly freshAt?: Instant;
  readonly files: readonly ExportedFile[];
  readonly end?: FileEnd;
}

export interface ExportOutcome {
  readonly day: string;
  readonly outcome: "exported" | "exported earlier" | "to be continued";
  readonly asOf?: Instant;
  readonly items?: number;
  readonly files?: number;
}

const DAY_MS = 86_400_000;
/** Progress is saved as often, for the case that a run is ended without warning. */
const SAVE_PROGRESS_MS = 60_000;

const manifestOf = (day: string) => `exports/day=${day}/${MANIFEST}`;
const progressOf = (day: string) => `progress/day=${day}.json`;
const dayOf = (epochMs: number) => instantOf(epochMs).slice(0, 10);

/** Creates the handler that exports the day's inventory, or goes on with it. */
export function createDailyExport({ store, sources, retentionDays, destination }: DailyExportParts) {
  const logger = new Logger({ serviceName: "export" });
  const nameOf = createNameOf(sources);
  const exists = async (path: string) => (await destination.read(path)) !== undefined;

  /** The progress of earlier runs; undefined before the first. */
  const progressSoFar = async (day: string): Promise<Progress | undefined> => {
    const text = await destination.read(progressOf(day));
    return text === undefined ? undefined : JSON.parse(text);
  };

  /** Fixes the instant of a day's export. Of several runs at once, all take that of one. */
  const begin = async (day: string, midnight: Instant): Promise<Progress> => {
    const { at: asOf } = await openRead(store, midnight, retentionDays);
    const freshAt = freshAtOf(await readCollections(store, sources));
    const first: Progress = { asOf, ...(freshAt !== undefined && { freshAt }), files: [] };
    const isFirst = await destination.putIfAbsent(progressOf(day), JSON.stringify(first));
    return isFirst ? first : ((await progressSoFar(day)) ?? first);
  };

  /** Writes the files that are missing, and then the manifest. */
  const goOn = async (day: string, from: Progress, { closeAt, signal }: Deadline): Promise<ExportOutcome> => {
    const { asOf, freshAt } = from;
    const snapshot = await openRead(store, asOf, retentionDays);
    const collections = (await readCollections(store, sources)).map(({ collection }) => collection).sort();
    const items = readPresentItems(snapshot, collections, { after: from.end, nameOf, signal });
    const files = [...from.files];
    let [progress, saved, savedAt] = [from, from, systemClock.monotonic()];
    const saveProgress = async () => {
      if (progress !== saved) await destination.put(progressOf(day), JSON.stringify(progress));
      [saved, savedAt] = [progress, systemClock.monotonic()];
    };
    const unfinished = { day, outcome: "to be continued", asOf } as const;
    try {
      const options = { destination, format: "parquet", asOf, folder: `items/day=${day}/`, after: from.end } as const;
      for await (const { file, end } of writeFiles(items, options)) {
        files.push(file);
        progress = { ...from, files, end };
        const now = systemClock.monotonic();
        if (now > closeAt || now - savedAt > SAVE_PROGRESS_MS) await saveProgress();
        if (now > closeAt) return { ...unfinished, files: files.length };
      }
    } catch (error) {
      await saveProgress();
      if (signal.aborted && progress !== from) return { ...unfinished, files: files.length };
      throw error;
    }
    await destination.put(manifestOf(day), manifestText({ format: "parquet", asOf, freshAt, files }));
    const count = files.reduce((sum, file) => sum + file.items, 0);
    return { day, outcome: "exported", asOf, items: count, files: files.length };
  };

  return async (_event?: unknown, context?: Pick<Context, "getRemainingTimeInMillis">): Promise<ExportOutcome> => {
    const deadline = createDeadline(context?.getRemainingTimeInMillis() ?? 900_000, systemClock);
    try {
      const now = store.now();
      const midnight = now - (now % DAY_MS);
      const [day, previous] = [dayOf(midnight), dayOf(midnight - DAY_MS)];
      if (await exists(manifestOf(day))) return { day, outcome: "exported earlier" };
      const earlier = await progressSoFar(day);
      const isMissed = !earlier && (await exists(progressOf(previous))) && !(await exists(manifestOf(previous)));
      const outcome = await goOn(day, earlier ?? (await begin(day, instantOf(midnight))), deadline);
      logger.info("daily export", { ...outcome });
      if (isMissed)
        throw new Error(`the export of ${previous} was not finished within its day: see the log of its runs`);
      return outcome;
    } finally {
      deadline.cancel();
    }
  };
}
