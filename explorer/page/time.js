/* Instants are shown in UTC, as the API has them: a shared link means the same to everyone. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `2026-03-01 12:00:00`, and the milliseconds where they matter. */
export function dateTime(instant, { ms = false } = {}) {
  return instant ? instant.slice(0, ms ? 23 : 19).replace("T", " ") : "";
}

const UNITS = [
  [DAY, "d"],
  [HOUR, "h"],
  [MINUTE, "min"],
  [1000, "s"],
];

/** `3 min ago` */
export function ago(instant, now = Date.now()) {
  const ms = now - Date.parse(instant);
  if (Math.abs(ms) < 1500) return "just now";
  return ms < 0 ? `in ${duration(-ms)}` : `${duration(ms)} ago`;
}

/** `3 min` */
export function duration(ms) {
  const [size, unit] = UNITS.find(([size]) => ms >= size) ?? UNITS[3];
  return `${Math.max(1, Math.floor(ms / size))} ${unit}`;
}

export const instantOf = (ms) => new Date(ms).toISOString();

function startOfDay(ms) {
  return Math.floor(ms / DAY) * DAY;
}

/** The periods that people ask for, as instants: `since` (exclusive in the API) and `until`. */
export function periods(now = Date.now()) {
  const today = startOfDay(now);
  const date = new Date(now);
  const month = (offset) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
  const period = (name, from, until) => ({ name, since: instantOf(from), until: until && instantOf(until) });
  return [
    period("Last hour", now - HOUR),
    period("Today", today),
    period("Yesterday", today - DAY, today),
    period("Last 7 days", today - 6 * DAY),
    period("Last month", month(-1), month(0)),
  ];
}

/** The day of a week ago, as it began. */
export const aWeekAgo = (now = Date.now()) => instantOf(startOfDay(now) - 7 * DAY);

export const periodNamed = (name) => periods().find((period) => period.name === name);

/** Text of an `<input type="datetime-local">` from an instant, and back; both are UTC. */
export const toInput = (instant) =>
  instant
    ? instantOf(Date.parse(instant))
        .slice(0, 23)
        .replace(/\.000$/, "")
    : "";

export function fromInput(text) {
  if (!text) return "";
  const ms = Date.parse(`${text}Z`);
  return Number.isNaN(ms) ? "" : instantOf(ms);
}

/** Whether a text is an instant as documents have them. */
export const isInstant = (value) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);

/** The instant before one: when what was removed then was last there. */
export const before = (instant) => instantOf(Date.parse(instant) - 1);
