import { parseInstant } from "../../functions/model/instant.ts";
import { UsageError } from "../usage.ts";

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const AGO = /^(\d{1,6})([smhdw])$/;

/** Reads an option that names an instant: as the API reads it, or as how long ago it was (`30m`, `24h`, `7d`). */
export function instantFrom(text: string, option: string, now: number): string {
  const [, count, unit] = AGO.exec(text) ?? [];
  const then = now - Number(count) * UNITS[unit as keyof typeof UNITS];
  const instant = unit === undefined ? parseInstant(text) : then >= 0 ? new Date(then).toISOString() : undefined;
  if (instant !== undefined) return instant;
  const must = "must be a date (2026-03-01), a date and time with its zone (2026-03-01T12:00:00Z), or how long ago";
  throw new UsageError(`${option} ${must} (30m, 24h, 7d), not "${text}"`);
}
