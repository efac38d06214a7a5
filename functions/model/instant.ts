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

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const AGO = /^(\d{1,6})([smhdw])$/;

/**
 * Reads an instant as parseInstant does, or relative to now (epoch ms): so long ago (`90s`, `30m`, `1h`, `7d`, `2w`), `now`, and the
 * midnights, UTC, at which `today` and `yesterday` began.
 */
export function readInstant(text: string, now: () => number): Instant | undefined {
  const [, amount, unit] = AGO.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) {
    return instantOf(Math.max(0, now() - Number(amount) * UNITS[unit as keyof typeof UNITS]));
  }
  if (text === "now") return instantOf(now());
  if (text === "today" || text === "yesterday") {
    const midnight = now() - (now() % UNITS.d);
    return instantOf(text === "today" ? midnight : midnight - UNITS.d);
  }
  return parseInstant(text);
}
