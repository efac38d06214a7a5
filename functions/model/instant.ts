/** An instant: ISO 8601, UTC, milliseconds (`2026-03-01T12:00:00.000Z`). Instants sort as strings. */
export type Instant = string;

/** Before anything was ever seen: the read timestamp before the first commit. */
export const EPOCH: Instant = "1970-01-01T00:00:00.000Z";

/** The instant of a wall-clock reading in epoch milliseconds. */
export function instantOf(epochMs: number): Instant {
  return new Date(epochMs).toISOString();
}

/** Epoch milliseconds of an instant. */
export function epochMs(instant: Instant): number {
  return Date.parse(instant);
}

export function earliest(first: Instant, ...others: (Instant | undefined)[]): Instant {
  return others.reduce<Instant>((least, other) => (other !== undefined && other < least ? other : least), first);
}

const WRITTEN = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads an instant as people write it: a date (`2026-03-01`, midnight UTC) or a date-time with a zone, any precision
 * down to nanoseconds (cut to milliseconds). Undefined when it is neither, or names a day that does not exist.
 */
export function parseInstant(text: string): Instant | undefined {
  if (!WRITTEN.test(text)) return undefined;
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00.000Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return undefined;
  const read = new Date(text);
  if (Number.isNaN(read.getTime())) return undefined;
  const instant = read.toISOString();
  return instant.length === EPOCH.length ? instant : undefined;
}
