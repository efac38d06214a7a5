import { createChecksum } from "../model/checksum.ts";
import type { Instant } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Problem } from "./problems.ts";
import type { Expectations } from "./verify-item.ts";

/** What is stored of a scope. */
export interface Inspection {
  readonly expected: Expectations;
  /** Present items that nothing is wrong with, and the exclusive or of their hashes. */
  readonly count: number;
  readonly checksum: string;
  readonly suspects: readonly Suspect[];
  /** What each instant's changes of heads added to count and checksum. */
  readonly effects: ReadonlyMap<Instant, { readonly count: number; readonly checksum: string }>;
  /** The last key, in order of keys. */
  readonly lastKey?: string;
  /** Present items whose documents do not give their hashes: so many that the source must have changed, not they. */
  readonly otherHashes: number;
}

/** An item that something is wrong with. */
export interface Suspect {
  readonly key: string;
  /** What counts of it by each explanation, the likeliest first. */
  readonly hashes: readonly (string | undefined)[];
  /** Its problems by each explanation; of the first suspects only. */
  readonly problems: readonly (readonly Problem[])[] | undefined;
}

/** What is made of an inspection. */
export interface Verdict {
  /** Of each suspect, which explanation is taken. */
  readonly choices: readonly number[];
  /** What the scope holds by these. */
  readonly count: number;
  readonly checksum: string;
  /** Whether that is what the scope's state says. */
  readonly matches: boolean;
  /** An instant that cannot have been committed: without its changes everything matches. */
  readonly discard?: Instant;
}

/**
 * Lets the scope's count and checksum decide between the explanations of what is stored: 128 bits do not match by accident. Tries the
 * likeliest of each, then another one of one item, then the next likely of each. Without a match, or without a state, takes the likeliest.
 */
export function arbitrate(inspection: Inspection, stored: ScopeState | undefined): Verdict {
  const { suspects, effects } = inspection;
  const likeliest = suspects.map(() => 0);
  const first = total(inspection, likeliest);
  const matches = ({ count, checksum }: Total) => stored?.count === count && stored.checksum === checksum;
  if (matches(first)) return { choices: likeliest, ...first, matches: true };
  for (const [index, { hashes }] of suspects.entries()) {
    for (let choice = 1; choice < hashes.length; choice += 1) {
      const changed = sumOf(first, [hashes[0]], [hashes[choice]]);
      if (matches(changed)) return { choices: likeliest.with(index, choice), ...changed, matches: true };
    }
  }
  const next = suspects.map(({ hashes }) => Math.min(1, hashes.length - 1));
  const nextTotal = total(inspection, next);
  if (matches(nextTotal)) return { choices: next, ...nextTotal, matches: true };
  // A state that says that there is nothing may be a lost one: nothing is discarded on its word.
  for (const [at, { count, checksum }] of stored?.count ? effects : []) {
    const sum = createChecksum(first.checksum);
    sum.xor(checksum);
    const isRight = matches({ count: first.count - count, checksum: sum.text() });
    if (isRight) return { choices: likeliest, ...first, matches: false, discard: at };
  }
  return { choices: likeliest, ...first, matches: false };
}

type Total = Pick<Verdict, "count" | "checksum">;

function total(inspection: Inspection, choices: readonly number[]): Total {
  const added = inspection.suspects.map(({ hashes }, index) => hashes[choices[index] ?? 0]);
  return sumOf(inspection, [], added);
}

/** A sum without some hashes, and with others. */
function sumOf(
  { count, checksum }: Total,
  without: readonly (string | undefined)[],
  added: readonly (string | undefined)[],
): Total {
  const sum = createChecksum(checksum);
  const [gone, come] = [without, added].map((hashes) => hashes.filter((hash) => hash !== undefined));
  for (const hash of [...(gone ?? []), ...(come ?? [])]) sum.xor(hash);
  return { count: count - (gone?.length ?? 0) + (come?.length ?? 0), checksum: sum.text() };
}
