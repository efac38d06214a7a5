/** What a sync counts, and what it means: a column of its record, of the API and of the API's CSV each. The steps of a sync count. */
export const COUNTERS = {
  pages: "Pages listed.",
  listed: "Distinct items listed.",
  added: "Items added.",
  modified: "Items modified.",
  removed: "Items removed.",
  unchanged: "Items that had not changed.",
  pending: "Removals that are pending.",
  rejected: "Listed documents that could not be stored.",
  retries: "Requests that were repeated.",
} as const;

export type Counter = keyof typeof COUNTERS;

/** What a sync counted, and the reasons. */
export interface SyncCounters extends Readonly<Record<Counter, number>> {
  /** Why removals are pending. */
  readonly pendingReason?: string;
  /** Why documents could not be stored: the first reasons. */
  readonly rejections: readonly string[];
}

/** A value for each counter. */
export function countersOf<Value>(toValue: (counter: Counter) => Value): Record<Counter, Value> {
  const counters = Object.keys(COUNTERS) as Counter[];
  return Object.fromEntries(counters.map((counter) => [counter, toValue(counter)])) as Record<Counter, Value>;
}

export const NO_COUNTS: SyncCounters = { ...countersOf(() => 0), rejections: [] };
