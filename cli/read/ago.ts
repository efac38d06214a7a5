const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** How long ago an instant was, in one unit: `5 min ago`; from 60 days on the date. Empty for none. */
export function ago(instant: string | undefined, now: number): string {
  if (instant === undefined) return "";
  const ms = now - Date.parse(instant);
  if (ms >= 60 * 86_400_000) return instant.slice(0, 10);
  const [unit, length] = UNITS.find(([, length]) => ms >= length) ?? ["s", 1_000];
  return ms < 1_000 ? "now" : `${Math.floor(ms / length)} ${unit} ago`;
}
