import { type Checksum, createChecksum } from "../model/checksum.ts";
import type { Instant } from "../model/instant.ts";
import type { ScopeState } from "../model/scope-state.ts";
import type { Inspection } from "./inspect.ts";

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
 * Lets the scope's count and checksum decide between the explanations of what is stored: 128 bits do not match by accident. Tried are the
 * likeliest of each, then another one of one item, then the last of each. Without a match, or when there was no state, the likeliest are
 * taken.
 */
export function arbitrate(inspection: Inspection, stored: ScopeState | undefined): Verdict {
  const { suspects, effects } = inspection;
  const likeliest = suspects.map(() => 0);
  const first = total(inspection, likeliest);
  const matches = ({ count, checksum }: { count: number; checksum: string }) =>
    stored !== undefined && count === stored.count && checksum === stored.checksum;
  if (matches(first)) return { choices: likeliest, ...first, matches: true };
  for (const [index, { hashes }] of suspects.entries()) {
    for (let choice = 1; choice < hashes.length; choice += 1) {
      const changed = exchanged(first, hashes[0], hashes[choice]);
      if (matches(changed)) return { choices: likeliest.with(index, choice), ...changed, matches: true };
    }
  }
  const last = suspects.map(({ hashes }) => hashes.length - 1);
  const lastTotal = total(inspection, last);
  if (matches(lastTotal)) return { choices: last, ...lastTotal, matches: true };
  // A state that says that there is nothing may be a lost one: nothing is discarded on its word.
  for (const [at, effect] of stored?.count ? effects : []) {
    const without = createChecksum(first.checksum);
    without.xor(effect.checksum);
    if (matches({ count: first.count - effect.count, checksum: without.text() })) {
      return { choices: likeliest, ...first, matches: false, discard: at };
    }
  }
  return { choices: likeliest, ...first, matches: false };
}

function total(inspection: Inspection, choices: readonly number[]): { count: number; checksum: string } {
  const sum = createChecksum(inspection.checksum);
  let { count } = inspection;
  for (const [index, { hashes }] of inspection.suspects.entries()) count += include(sum, hashes[choices[index] ?? 0]);
  return { count, checksum: sum.text() };
}

function exchanged(
  { count, checksum }: { count: number; checksum: string },
  from: string | undefined,
  to: string | undefined,
): { count: number; checksum: string } {
  const sum = createChecksum(checksum);
  const difference = include(sum, to) - include(sum, from);
  return { count: count + difference, checksum: sum.text() };
}

function include(sum: Checksum, hash: string | undefined): number {
  if (hash === undefined) return 0;
  sum.xor(hash);
  return 1;
}
