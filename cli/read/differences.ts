import { tellingDifferences } from "../../functions/events/message.ts";
import type { Difference } from "../../functions/inventory/differences.ts";

/** What a member was, and what it became. */
export function sidesText(sides: Pick<Difference, "before" | "after">): string {
  const side = (name: "before" | "after") => (name in sides ? JSON.stringify(sides[name]) : "nothing");
  return `${side("before")} → ${side("after")}`;
}

/** The members that differ, in one line; the time of the update only where nothing else differs. */
export function differencesText(differences: readonly Difference[]): string {
  return tellingDifferences(differences)
    .map(({ path, ...sides }) => `${path} ${sidesText(sides)}`)
    .join("; ");
}
