import { readInstant } from "../../functions/model/instant.ts";
import { UsageError } from "../usage.ts";

/** Reads an option that names an instant as the API reads it, or throws a UsageError. */
export function instantFrom(text: string, option: string, now: number): string {
  const instant = readInstant(text, () => now);
  if (instant !== undefined) return instant;
  const must = "must be a date (2026-03-01), a date and time with its zone (2026-03-01T12:00:00Z), how long ago";
  throw new UsageError(`${option} ${must} (30m, 24h, 7d), today or yesterday, not "${text}"`);
}
