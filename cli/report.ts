import { type Collection, partsOf } from "../functions/model/collection.ts";
import { epochMs } from "../functions/model/instant.ts";
import type { SyncRecord } from "../functions/store/port.ts";
import { NO_LIST } from "../functions/sync/guard.ts";
import type { SyncProgress } from "../functions/sync/job.ts";
import type { CollectionResult, ScopeResult } from "./run.ts";

/** The lines that people read about syncs. */

const number = new Intl.NumberFormat("en");

export function collectionName(collection: Collection): string {
  const { source, account, region } = partsOf(collection);
  return `${source} ${account}/${region}`;
}

/** One line on a collection's sync, and one for each of its scopes that is not complete. */
export function resultLines({ collection, scopes, failure }: CollectionResult): string[] {
  const name = collectionName(collection);
  if (failure) return [`${name}: failed, nothing was changed: ${failure.message}`];
  const lines = scopes.flatMap((scope) => troubleLines(name, scope, scopes.length > 1));
  const complete = scopes.filter(({ records }) => records.length > 0 && records.every(isComplete));
  if (complete.length === 0 && lines.length > 0) return lines;
  const records = complete.flatMap((scope) => scope.records);
  const of = scopes.length > 1 ? ` (${complete.length} of ${scopes.length} scopes)` : "";
  const windows = records.length > complete.length ? ` in ${counted(records.length, "window")}` : "";
  return [`${name}: complete${of}${windows}, ${summary(records)}`, ...lines];
}

function isComplete({ outcome }: SyncRecord): boolean {
  return outcome === "complete";
}

function summary(records: readonly SyncRecord[]): string {
  const sum = (count: (record: SyncRecord) => number) => records.reduce((total, record) => total + count(record), 0);
  const started = Math.min(...records.map((record) => epochMs(record.startedAt)));
  const ended = Math.max(...records.map((record) => epochMs(record.startedAt) + record.durationMs));
  const counts = [
    `${counted(
      sum((record) => record.listed),
      "item",
    )} in ${counted(
      sum((record) => record.pages),
      "page",
    )}`,
    `${number.format(sum((record) => record.added))} added`,
    `${number.format(sum((record) => record.modified))} modified`,
    `${number.format(sum((record) => record.removed))} removed`,
  ];
  const retries = sum((record) => record.retries);
  if (retries > 0) counts.push(counted(retries, "retry", "retries"));
  const seconds = records.length > 0 ? ` in ${((ended - started) / 1000).toFixed(1)} s` : "";
  return `${counts.join(", ")}${seconds}`;
}

function troubleLines(name: string, { scope, records }: ScopeResult, several: boolean): string[] {
  const subject = several ? `${name}, scope ${scope}` : name;
  if (records.length === 0) return [`${subject}: skipped, another sync that is running has it`];
  return records.filter((record) => !isComplete(record)).map((record) => troubleLine(subject, record));
}

function troubleLine(subject: string, record: SyncRecord): string {
  if (record.outcome === "failed") {
    return `${subject}: failed after ${counted(record.pages, "page")}, nothing was changed: ${record.error?.message}`;
  }
  const changes = `${number.format(record.added)} added, ${number.format(record.modified)} modified`;
  const reason = record.refusals[0] ? ` (${record.refusals[0]})` : "";
  const refused = record.refused > 0 ? `; ${counted(record.refused, "listed item")} could not be stored${reason}` : "";
  const none = record.refused > 0 ? "; nothing is removed until all that is listed can be stored" : "";
  const held = record.held > 0 ? `; ${counted(record.held, "removal")} held back${heldUntil(record)}` : none;
  return `${subject}: held, ${changes}${refused}${held}`;
}

/** What removals that are held back wait for. */
function heldUntil({ collection, refused, heldReason }: SyncRecord): string {
  const accept = `accept them with --accept-removals ${partsOf(collection).source}`;
  if (refused > 0) return ` until all that is listed can be stored, or ${accept}`;
  const remedy = heldReason === NO_LIST ? "check the endpoint and run it again" : "run it again to confirm";
  return `, since ${heldReason}: ${remedy}, or ${accept}`;
}

/** What a running sync is at, in a few words. `expected` is about how many items there will be, where that is known. */
export function progressText(progress: SyncProgress, now: number, expected?: number): string {
  switch (progress.step) {
    case "waiting": {
      const seconds = Math.max(1, Math.ceil((progress.until - now) / 1000));
      return `waiting up to ${seconds} s for the lease of a sync that is running, or died`;
    }
    case "undoing":
      return "undoing what a sync that died left half-written";
    case "listing":
      return `listing: ${listedText(progress.listed, expected)} in ${counted(progress.pages, "page")}`;
    case "applying":
      return `applying ${counted(progress.changes, "change")}`;
  }
}

/** How many items were listed, of about how many where that is known. */
export function listedText(items: number, expected: number | undefined): string {
  return expected ? `${number.format(items)} of about ${counted(expected, "item")}` : counted(items, "item");
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${number.format(count)} ${count === 1 ? one : many}`;
}
