import { type Collection, ENTIRE_COLLECTION, partsOf } from "../functions/model/collection.ts";
import type { ErrorCode } from "../functions/model/errors.ts";
import { epochMs } from "../functions/model/instant.ts";
import type { Failure } from "../functions/model/scope-state.ts";
import type { SyncRecord } from "../functions/model/sync-record.ts";
import type { ScopeResult, SyncProgress, SyncResult } from "../functions/sync/job.ts";
import { LIST_MISSING } from "../functions/sync/removals.ts";
import type { CollectionResult } from "../functions/sync/sync-collection.ts";
import type { VerifyReport } from "../functions/sync/verify-scope.ts";
import { counted } from "./counted.ts";

/** The lines about syncs that people read. */

const number = new Intl.NumberFormat("en");

export function collectionName(collection: Collection): string {
  const { source, account, region } = partsOf(collection);
  return `${source} ${account}/${region}`;
}

/** What stops every sync of a run alike: it is said once, not for each scope. */
const COMMON: ReadonlySet<ErrorCode> = new Set(["clock", "interrupted"]);

/** Why a collection's syncs were stopped together with all others, as when this machine's clock is wrong, or somebody pressed Ctrl-C. */
export function commonCauses({ scopes, failure }: CollectionResult): string[] {
  const errors = [failure, ...recordsOf(scopes).map(({ error }) => error)];
  return [...new Set(errors.flatMap((error) => (error && isCommon(error) ? commonText(error) : [])))];
}

function isCommon(error: Failure | undefined): boolean {
  return error !== undefined && COMMON.has(error.code);
}

function commonText({ code, message }: Failure): string {
  return code === "interrupted" ? `${message}: what was not complete is unchanged` : message;
}

/**
 * One line about a collection's sync, and one for each reason for which scopes of it are not complete; none about what has a common cause.
 */
export function resultLines({ collection, scopes, failure, known }: CollectionResult): string[] {
  const name = collectionName(collection);
  if (isCommon(failure)) return [];
  if (failure && known) return [`${name}: ${STILL_UNAVAILABLE}`];
  if (failure?.code === "refused") return [`${name}: unavailable: ${failure.message}`];
  if (failure) return [`${name}: failed, nothing was changed: ${failure.message}`];
  const own = scopes.filter(({ result }) => result.status !== "ended" || !isCommon(result.record.error));
  const lines = troubleLines(name, own, scopes.length > 1);
  const complete = recordsOf(scopes).filter(isComplete);
  if (complete.length === 0 && (lines.length > 0 || own.length < scopes.length)) return lines;
  // What all syncs were stopped by is said once for all of them.
  if (own.length < scopes.length) {
    return [`${name}: stopped after ${complete.length} of ${scopes.length} scopes, ${summaryOf(complete)}`, ...lines];
  }
  const of = scopes.length > 1 ? ` (${complete.length} of ${scopes.length} scopes)` : "";
  return [`${name}: complete${of}, ${summaryOf(complete)}`, ...lines];
}

/** What a terminal shows of a collection that is complete: `✓ NAME  3,000 items  +3,000  4.3 s`. Absent where there is more to say. */
export function completeLine(result: CollectionResult): { readonly name: string; readonly text: string } | undefined {
  const { collection, scopes, failure } = result;
  const records = recordsOf(scopes);
  if (failure || records.length < scopes.length || !records.every(isComplete)) return undefined;
  const { items, added, modified, removed, retries, seconds } = totalsOf(records);
  const changes = Object.entries({ "+": added, "~": modified, "-": removed }).filter(([, count]) => count > 0);
  const counts = [
    counted(items, "item"),
    ...(changes.length > 0 ? [changes.map(([sign, count]) => `${sign}${number.format(count)}`).join(" ")] : []),
    ...(retries > 0 ? [counted(retries, "retry", "retries")] : []),
    ...(seconds === undefined ? [] : [`${seconds} s`]),
  ];
  return { name: `✓ ${collectionName(collection)}`, text: `  ${counts.join("  ")}` };
}

const STILL_UNAVAILABLE = "still unavailable, as said before";

/** Whether a sync found something new, or is not complete. What is still unavailable is no news. */
export function isNews({ failure, known, scopes }: CollectionResult): boolean {
  if (failure) return !known;
  return recordsOf(scopes.filter(({ result }) => result.status !== "ended" || !result.known)).some(
    (record) => record.added + record.modified + record.removed > 0 || !isComplete(record),
  );
}

function recordsOf(scopes: readonly ScopeResult[]): SyncRecord[] {
  return scopes.flatMap(({ result }) => (result.status === "ended" ? result.record : []));
}

function isComplete({ outcome }: SyncRecord): boolean {
  return outcome === "complete";
}

function totalsOf(records: readonly SyncRecord[]) {
  const sum = (count: (record: SyncRecord) => number) => records.reduce((total, record) => total + count(record), 0);
  const started = Math.min(...records.map((record) => epochMs(record.startedAt)));
  const ended = Math.max(...records.map((record) => epochMs(record.startedAt) + record.durationMs));
  return {
    items: sum((record) => record.listed),
    pages: sum((record) => record.pages),
    added: sum((record) => record.added),
    modified: sum((record) => record.modified),
    removed: sum((record) => record.removed),
    retries: sum((record) => record.retries),
    seconds: records.length > 0 ? ((ended - started) / 1000).toFixed(1) : undefined,
  };
}

function summaryOf(records: readonly SyncRecord[]): string {
  const { items, pages, added, modified, removed, retries, seconds } = totalsOf(records);
  const counts = [
    `${counted(items, "item")} in ${counted(pages, "page")}`,
    `${number.format(added)} added`,
    `${number.format(modified)} modified`,
    `${number.format(removed)} removed`,
    ...(retries > 0 ? [counted(retries, "retry", "retries")] : []),
  ];
  return `${counts.join(", ")}${seconds === undefined ? "" : ` in ${seconds} s`}`;
}

/** Scopes with the same trouble share a line. */
function troubleLines(name: string, scopes: readonly ScopeResult[], several: boolean): string[] {
  const byTrouble = new Map<string, string[]>();
  for (const { scope, result } of scopes) {
    const text = troubleText(result);
    if (text !== undefined) byTrouble.set(text, [...(byTrouble.get(text) ?? []), scope]);
  }
  return [...byTrouble].map(([text, [scope, ...others]]) => {
    if (!several) return `${name}: ${text}`;
    return others.length === 0 ? `${name}, scope ${scope}: ${text}` : `${name}, ${others.length + 1} scopes: ${text}`;
  });
}

function troubleText(result: SyncResult): string | undefined {
  if (result.status === "skipped") return `skipped: ${result.reason}`;
  const { record } = result;
  if (result.known) return STILL_UNAVAILABLE;
  if (record.outcome === "unavailable") return `unavailable: ${record.error?.message}`;
  if (record.outcome === "failed") {
    return `failed after ${counted(record.pages, "page")}, nothing was changed: ${record.error?.message}`;
  }
  return record.outcome === "held" ? heldText(record) : undefined;
}

function heldText(record: SyncRecord): string {
  const { added, modified, pending, pendingReason, rejected, rejections } = record;
  if (record.error) return `held, nothing was changed: ${record.error.message}`;
  const approve = `approve them with --approve-removals ${partsOf(record.collection).source}`;
  const parts = [`held, ${number.format(added)} added, ${number.format(modified)} modified`];
  if (rejected > 0) {
    const were = rejected === 1 ? "was" : "were";
    const example = rejections[0] ? ` (${rejections[0]})` : "";
    parts.push(`no removals applied: ${counted(rejected, "listed item")} ${were} rejected${example}`);
    if (pending > 0) parts.push(`${counted(pending, "removal")} pending: ${approve}`);
  } else if (pending > 0) {
    const remedy =
      pendingReason === LIST_MISSING
        ? "check the endpoint and run the sync again"
        : "run the sync again to confirm them";
    parts.push(`${counted(pending, "removal")} pending, since ${pendingReason}: ${remedy}, or ${approve}`);
  } else {
    parts.push(`no removals applied, since ${pendingReason}: check the endpoint and run the sync again`);
  }
  return parts.join("; ");
}

/** What a running sync is doing, in a few words. `expected` is about how many items there will be, when that is known. */
export function progressText(progress: SyncProgress, now: number, expected?: number): string {
  switch (progress.step) {
    case "waiting": {
      const seconds = Math.max(1, Math.ceil((progress.until - now) / 1000));
      return `waiting up to ${seconds} s for another sync's lease to expire`;
    }
    case "listing":
      return `listing: ${listedText(progress.listed, expected)} in ${counted(progress.pages, "page")}`;
    case "writing":
      return `writing ${counted(progress.changes, "change")}`;
  }
}

/** How many items were listed, of about how many when that is known. */
export function listedText(items: number, expected: number | undefined): string {
  return expected ? `${number.format(items)} of about ${counted(expected, "item")}` : counted(items, "item");
}

const MAX_PROBLEMS_SHOWN = 5;

/** One line about a scope that was verified, and some for what is wrong with it. */
export function verifiedLines({ collection, scope, outcome, items, problems, problemCount }: VerifyReport): string[] {
  const name = collectionName(collection);
  const subject = scope === ENTIRE_COLLECTION.id ? name : `${name}, scope ${scope}`;
  if (outcome === "ok") return [`${subject}: ok, ${counted(items, "item")}`];
  if (outcome === "busy") return [`${subject}: not verified, since syncs are writing it: run this again`];
  const lasting = problems.filter((problem) => problem.lasting).length;
  const left =
    outcome === "repaired" && lasting > 0 ? `, but for ${counted(lasting, "problem")} that cannot be repaired` : "";
  const shown = problems.slice(0, MAX_PROBLEMS_SHOWN).map(({ message }) => `  ${message}`);
  const rest = problemCount - shown.length;
  return [
    `${subject}: ${outcome}, ${counted(problemCount, "problem")}${left}`,
    ...shown,
    ...(rest > 0 ? [`  and ${number.format(rest)} more: --json names ${problems.length} of them`] : []),
  ];
}

/** One line about a scope that was found damaged, with the command that repairs it. */
export function damageLine({ collection, scope, problems, problemCount }: VerifyReport, demo: boolean): string {
  const name = collectionName(collection);
  const subject = scope === ENTIRE_COLLECTION.id ? name : `${name}, scope ${scope}`;
  const [first] = problems;
  const example = first ? ` (${first.message})` : "";
  const { source } = partsOf(collection);
  const repair = `npx stocktake verify --repair --source ${source}${demo ? " --demo" : ""}`;
  return `${subject}: what is stored is damaged, ${counted(problemCount, "problem")}${example}: run ${repair}`;
}
