/* In which zone times are shown: UTC, as the API has them, or the reader's own. This browser keeps the choice. */

import { keep, readKept } from "./kept.ts";

const KEY = "stocktake-zone";

export type Zone = "utc" | "local";

/** The zones there are to choose from, and what they are called. */
export const ZONES: Readonly<Record<Zone, string>> = {
  utc: "UTC",
  local: Intl.DateTimeFormat().resolvedOptions().timeZone || "Local time",
};

const zoneOf = (name: string | null): Zone => (name === "local" ? "local" : "utc");

let chosen = zoneOf(readKept(KEY));

export const currentZone = (): Zone => chosen;

/** What the zone that is chosen is called. */
export const zoneName = (): string => ZONES[chosen];

/** Chooses a zone. What is drawn already stays as it is. */
export function chooseZone(name: string): Zone {
  chosen = zoneOf(name);
  keep(KEY, chosen === "utc" ? "" : chosen);
  return chosen;
}

/** How far the zone's clocks are ahead of UTC at an instant, in milliseconds. */
function offsetAt(ms: number): number {
  return chosen === "utc" ? 0 : -new Date(ms).getTimezoneOffset() * 60_000;
}

/** The instant at which a clock in UTC shows what the zone's clock shows at `ms`. */
export const toWall = (ms: number): number => ms + offsetAt(ms);

/** The other way round. */
export const fromWall = (wall: number): number => wall - offsetAt(wall - offsetAt(wall));
