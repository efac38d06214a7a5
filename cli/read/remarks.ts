import { EPOCH } from "../../functions/model/instant.ts";
import type { PageFacts } from "./api.ts";

/** What people should know of a list beside its entries. */
export interface Remarks {
  /** Takes in what a page says of itself. */
  readonly hear: (facts: PageFacts) => void;
  /** What to say, once all was read. */
  readonly lines: () => readonly string[];
}

/** Finds out what to say of a list as of `at`, if an instant was asked for. */
export function createRemarks(at?: string): Remarks {
  let asOf: string | undefined;
  // Another page may have what one page lacks.
  let warnings: readonly string[] | undefined;
  return {
    hear(facts) {
      asOf ??= facts.asOf;
      warnings = warnings?.length === 0 ? warnings : (facts.warnings ?? []);
    },
    lines: () => [...(warnings ?? []), ...asOfRemarks(asOf, at)],
  };
}

/** What to say of the instant that an answer shows. */
export function asOfRemarks(asOf: string | undefined, at: string | undefined): readonly string[] {
  if (asOf === EPOCH) return ["Nothing has been listed yet: run `npx stocktake sync`."];
  return asOf !== undefined && at !== undefined && asOf < at ? [`There is data only until ${asOf}.`] : [];
}
