/* Instants are shown in UTC, as the API has them: a shared link means the same to everyone. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `2026-03-01 12:00:00`, and the milliseconds where they matter. */
export function dateTime(instant: string | undefined, { ms = false } = {}): string {
  return instant ? instant.slice(0, ms ? 23 : 19).replace("T", " ") : "";
}

const SECONDS = [1000, "s"] as const;
const UNITS = [[DAY, "d"], [HOUR, "h"], [MINUTE, "min"], SECONDS] as const;

/** `3 min ago` */
export function ago(instant: string, now = Date.now()): string {
  const ms = now - Date.parse(instant);
  if (Math.abs(ms) < 1500) return "just now";
  return ms < 0 ? `in ${duration(-ms)}` : `${duration(ms)} ago`;
}

/** `3 min` */
export function duration(ms: number): string {
  const [size, unit] = UNITS.find(([size]) => ms >= size) ?? SECONDS;
  return `${Math.max(1, Math.floor(ms / size))} ${unit}`;
}

export const instantOf = (ms: number): string => new Date(ms).toISOString();

function startOfDay(ms: number): number {
  return Math.floor(ms / DAY) * DAY;
}

/** `since` is exclusive in the API, `until` inclusive. */
export interface Period {
  readonly since: string;
  readonly until?: string;
}

export type PeriodName = "Last hour" | "Today" | "Yesterday" | "Last 7 days" | "Last month";

/** The periods that people ask for. */
export function periods(now = Date.now()): Record<PeriodName, Period> {
  const today = startOfDay(now);
  const date = new Date(now);
  const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
  const period = (from: number, until?: number): Period => ({
    since: instantOf(from),
    ...(until !== undefined && { until: instantOf(until) }),
  });
  return {
    "Last hour": period(now - HOUR),
    Today: period(today),
    Yesterday: period(today - DAY, today),
    "Last 7 days": period(today - 6 * DAY),
    "Last month": period(month(-1), month(0)),
  };
}

/** The day of a week ago, as it began. */
export const aWeekAgo = (now = Date.now()): string => instantOf(startOfDay(now) - 7 * DAY);

/** Text of an `<input type="datetime-local">` from an instant, and back; both are UTC. What is no instant is no text. */
export function toInput(instant: string | null | undefined): string {
  const ms = Date.parse(instant ?? "");
  return Number.isNaN(ms)
    ? ""
    : instantOf(ms)
        .slice(0, 23)
        .replace(/\.000$/, "");
}

export function fromInput(text: string): string {
  const ms = Date.parse(`${text}Z`);
  return Number.isNaN(ms) ? "" : instantOf(ms);
}

/** Whether a value is an instant as documents have them. */
export const isInstant = (value: unknown): value is string =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);

/** The instant before one: when what was removed then was last there. */
export const before = (instant: string): string => instantOf(Date.parse(instant) - 1);
