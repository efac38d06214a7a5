import type { CollectionRecord, Hint } from "../model/collection-record.ts";
import { epochMs, instantOf } from "../model/instant.ts";
import { dueKind } from "./due.ts";
import type { SyncKind } from "./job.ts";

/*
 * Hints say only when to look: a hint that is lost, doubled, forged or out of order changes when a sync runs, and nothing else.
 */

const CREATION = /^(?:Add|Create)/;

/** Which sync shows what an event changed: an incremental one shows what was created, where the source can. */
export function kindOfHint(
  { event }: Hint,
  { nextIncrementalAt }: Pick<CollectionRecord, "nextIncrementalAt">,
): SyncKind {
  return nextIncrementalAt !== undefined && CREATION.test(event) ? "incremental" : "full";
}

/** Whether a sync of this kind that began then has seen what the event changed. */
export function isAnsweredBy(
  hint: Hint,
  sync: { readonly kind: SyncKind; readonly startedAt: number | undefined; readonly record: CollectionRecord },
): boolean {
  const { kind, startedAt = 0, record } = sync;
  return startedAt > epochMs(hint.at) && (kind === "full" || kindOfHint(hint, record) === "incremental");
}

/**
 * The record of an active collection with a hint, due at once; undefined when that changes nothing: a sync that will begin later shows this event, too. What fails
 * keeps its pauses, however many events come.
 */
export function hinted(record: CollectionRecord, hint: Hint, now: number): CollectionRecord | undefined {
  const kind = kindOfHint(hint, record);
  const { hint: waiting, claim, startedAt: began = claim?.at } = record;
  const isAwaited = record.failures !== undefined || claim !== undefined || dueKind(record, now) !== undefined;
  const willBegin = isAwaited && waiting && (began === undefined || epochMs(waiting.at) >= began);
  if (willBegin && (kind === "incremental" || kindOfHint(waiting, record) === "full")) return undefined;
  // An event cannot have happened later than now: no listing would ever have seen it.
  const at = instantOf(Math.min(epochMs(hint.at), now));
  const hintedRecord = { ...record, hint: { ...hint, at } };
  if (record.failures) return hintedRecord;
  return kind === "full"
    ? { ...hintedRecord, nextAt: Math.min(record.nextAt, now) }
    : { ...hintedRecord, nextIncrementalAt: Math.min(record.nextIncrementalAt ?? now, now) };
}
