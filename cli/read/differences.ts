import type { Difference } from "../../functions/inventory/differences.ts";

/** What a member was, and what it became. */
export function sidesText(sides: Pick<Difference, "before" | "after">): string {
  const side = (name: "before" | "after") => (name in sides ? JSON.stringify(sides[name]) : "nothing");
  return `${side("before")} → ${side("after")}`;
}

/** Members that say no more than that something changed, and when. */
const WHEN = /(^|\.)(updateTime|updatedAt|lastModifiedTime|lastUpdatedTime|lastUpdateTime)$/i;

/** The members that differ, in one line; the time of the update only where nothing else differs. */
export function differencesText(differences: readonly Difference[]): string {
  const telling = differences.filter(({ path }) => !WHEN.test(path));
  const shown = telling.length > 0 ? telling : differences;
  return shown.map(({ path, ...sides }) => `${path} ${sidesText(sides)}`).join("; ");
}
