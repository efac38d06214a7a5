import { fromWall, toWall } from "./zone.ts";

/* Instants are shown as ISO 8601 writes them, in the zone that the reader has chosen. Addresses always have them in UTC. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `2026-03-01 12:00:00`, and the milliseconds where they matter. */
export function dateTime(instant: string | undefined, { ms = false } = {}): string {
  const at = Date.parse(instant ?? "");
  if (Number.isNaN(at)) return instant ?? "";
  return instantOf(toWall(at))
    .slice(0, ms ? 23 : 19)
    .replace("T", " ");
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

/** `every 20 s`, `every 90 min`, `every 6 h` */
export function every(minutes: number): string {
  if (minutes < 1) return `every ${Math.round(minutes * 60)} s`;
  return minutes % 60 === 0 ? `every ${minutes / 60} h` : `every ${minutes} min`;
}

export const instantOf = (ms: number): string => new Date(ms).toISOString();

/** When the day began that an instant is in. */
export function startOfDay(ms: number): number {
  return fromWall(Math.floor(toWall(ms) / DAY) * DAY);
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
  const date = new Date(toWall(now));
  const month = (offset: number) => fromWall(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1));
  const daysAgo = (days: number) => startOfDay(today - days * DAY + DAY / 2);
  const period = (from: number, until?: number): Period => ({
    since: instantOf(from),
    ...(until !== undefined && { until: instantOf(until) }),
  });
  return {
    "Last hour": period(now - HOUR),
    Today: period(today),
    Yesterday: period(daysAgo(1), today),
    "Last 7 days": period(daysAgo(6)),
    "Last month": period(month(-1), month(0)),
  };
}

/** The day of a week ago, as it began. */
export const aWeekAgo = (now = Date.now()): string => instantOf(startOfDay(startOfDay(now) - 7 * DAY + DAY / 2));

/** Text of a field from an instant: `2026-03-01 12:00:00`. What is no instant stands for itself. */
export function toInput(instant: string | null | undefined): string {
  return dateTime(instant ?? "", { ms: true }).replace(/\.000$/, "");
}

const WALL_TIME = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?$/;

/** The instant that a field's text means. What is no date stands for itself: the API knows it, or says what it takes. */
export function fromInput(text: string): string {
  const [, date, time = "00:00"] = WALL_TIME.exec(text.trim()) ?? [];
  const wall = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(wall) ? text.trim() : instantOf(fromWall(wall));
}

/** Whether a value is an instant as documents have them. */
export const isInstant = (value: unknown): value is string =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);

/** The instant before one: when what was removed then was last there. */
export const before = (instant: string): string => instantOf(Date.parse(instant) - 1);
