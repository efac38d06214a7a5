import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { createSqliteStore } from "../functions/store/sqlite/store.ts";
import type { SyncKind } from "../functions/sync/job.ts";
import { seedAccount } from "../simulator/seed/seed.ts";
import { startSimulator } from "../simulator/server.ts";
import { saveAccount, simulatedTargets } from "./demo.ts";
import { type RunObserver, runSyncs } from "./run.ts";
import { hasContent } from "./store.ts";

/** A demo with a past, to be made. */
export interface DemoPast {
  /** The data folder, and the file of the demo's inventory in it. */
  readonly folder: string;
  readonly file: string;
  readonly days: number;
  readonly retentionDays: number;
  readonly signal: AbortSignal;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEPS_PER_DAY = 30;
const FULL_EVERY_DAYS = 7;
/** So many days at the end have a sync each, those before a full one a week. */
const DAILY_DAYS = 10;

const ignore = () => undefined;
const SILENT: RunObserver = { started: ignore, planned: ignore, progress: ignore, scopeDone: ignore, done: ignore };

/**
 * Makes the inventory of a simulated account with a past of some days: the account drifts, and is synced as any other, only that time flies: once a
 * week, daily towards the end, and every two hours of the last day. Nothing is there before all is: the files get their names at the end. Answers
 * whether it was made before the signal aborted.
 */
export async function makePast(past: DemoPast): Promise<boolean> {
  const { folder, file, days, retentionDays, signal } = past;
  const end = Date.now();
  const start = end - days * DAY_MS;
  let now = start;
  const account = seedAccount({ baseTime: start });
  // Of this process alone: another may be making one.
  const unfinished = `${file}.${process.pid}.new`;
  const simulator = await startSimulator({ account, now: () => now });
  const store = createSqliteStore(unfinished, { retentionDays, now: () => now });
  try {
    const local = { store, location: unfinished, local: true, close: () => store.close() };
    for (const { at, steps, kind } of timetable(start, days)) {
      for (let step = 1; step <= steps; step += 1) {
        now += (at - now) / (steps - step + 2);
        simulator.drift();
      }
      now = at;
      const targets = simulatedTargets(simulator).flatMap((target) => {
        if (target.source.listedByCreation) return { ...target, kind };
        return kind === "full" || target.source.tier === "core" ? target : [];
      });
      await runSyncs(local, targets, { signal, observer: SILENT });
      if (signal.aborted) return false;
    }
  } finally {
    await store.close();
    await simulator.close();
  }
  if (!hasContent(file)) {
    await saveAccount(folder, account);
    await rename(unfinished, file);
  }
  await removeDatabase(unfinished);
  return true;
}

/** Deletes the pasts that processes which are gone have not finished. `file` is the demo's inventory. */
export async function removeUnfinished(file: string): Promise<void> {
  const { dir, base } = path.parse(file);
  for (const name of await readdir(dir)) {
    const [, pid] = name.startsWith(`${base}.`) ? (/\.(\d+)\.new$/.exec(name) ?? []) : [];
    if (pid !== undefined && !isRunning(Number(pid))) await removeDatabase(path.join(dir, name));
  }
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 asks whether there is one.
    return pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A sync in the past, and how many steps the account drifts before it. */
interface Round {
  readonly at: number;
  readonly steps: number;
  /** Of sources that can be synced incrementally; the others are synced in full each time. */
  readonly kind: SyncKind;
}

function timetable(start: number, days: number): Round[] {
  const everyDay = Array.from({ length: days }, (_, day): Round => {
    const kind = day % FULL_EVERY_DAYS === 0 || day === days - 1 ? "full" : "incremental";
    return { at: start + day * DAY_MS, steps: day === 0 ? 0 : STEPS_PER_DAY, kind };
  });
  const wholeDays = everyDay.filter((_round, day) => day % FULL_EVERY_DAYS === 0 || day >= days - DAILY_DAYS);
  const lastDay = start + (days - 1) * DAY_MS;
  const hours = Array.from({ length: 11 }, (_, index): Round => {
    return { at: lastDay + (index + 1) * 2 * HOUR_MS, steps: 3, kind: "incremental" };
  });
  return [...wholeDays, ...hours];
}

/** Deletes a SQLite database with the files that are kept beside it. */
export async function removeDatabase(file: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm", "-writer"]) await rm(`${file}${suffix}`, { force: true });
}
