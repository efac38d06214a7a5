import { createChecksum, EMPTY_CHECKSUM, isChecksum } from "../model/checksum.ts";
import { type Collection, creationOf } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { ItemVersion } from "../model/item.ts";
import type { ScopeState } from "../model/scope-state.ts";
import { itemProblem, notDiscarded, type Problem, scopeProblem } from "./problems.ts";
import { type Explanation, explain } from "./verify-item.ts";
import { itemsWithoutEdges, type Reading, readItems } from "./verify-read.ts";

/** `busy`: syncs wrote the scope whenever it was read. */
export type VerifyOutcome = "ok" | "damaged" | "repaired" | "busy";

/** What was found out about one scope. */
export interface VerifyReport {
  readonly collection: Collection;
  readonly scope: string;
  readonly outcome: VerifyOutcome;
  /** Present items. */
  readonly items: number;
  /** The first problems, those that last before the others. Of a repaired scope, what was wrong with it; those that last still are. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

/** Count and checksum of some items. */
type Total = Pick<ScopeState, "count" | "checksum">;

/** One way to explain what is stored of a scope. */
interface Verdict {
  /** Of items that something is wrong with, which explanation is taken, by its index. */
  readonly choices: ReadonlyMap<string, number>;
  /** What the scope holds by these. */
  readonly total: Total;
  /** An instant that cannot have been committed: without its changes everything matches the scope's state. */
  readonly discard?: Instant;
}

/** What is wrong with a scope, and how it can be repaired. */
export interface Inspection extends Verdict {
  /** What was read, with what was expected of it. */
  readonly reading: Reading;
  readonly problems: readonly Problem[];
  /** When the newest item was created, in a scope that is listed by creation; otherwise empty. */
  readonly newest: string;
}

/** What is found of a scope's items. */
interface Findings {
  readonly reading: Reading;
  /** Those that nothing is wrong with. */
  readonly sound: Total;
  /** The others, and what can be made of each, the likeliest first. */
  readonly suspects: ReadonlyMap<string, readonly Pick<Explanation, "hash" | "problems">[]>;
  /** What the changes of each instant added, as far as they made heads. */
  readonly effects: ReadonlyMap<Instant, Total>;
  /** So many documents do not give their hashes that the source must have changed, not they. */
  readonly otherHashes?: number;
  readonly newest: string;
}

/** More items than this, and more than half of them, do not all get damaged in the same way. */
const MAX_OTHER_HASHES = 10;
const NOTHING: Total = { count: 0, checksum: EMPTY_CHECKSUM };

/** Reads all that is stored of a scope, and compares it with the scope's state. */
export async function inspectScope(reading: Reading): Promise<Inspection> {
  const { state, stored, problems: known } = reading.scope;
  const findings = await readFindings(reading);
  const { suspects, otherHashes, newest } = findings;
  const { matches, choices, ...verdict } = arbitrate(findings, stored);
  const items = [...suspects].map(([key, explanations]) => {
    const choice = choices.get(key) ?? 0;
    return { key, choice, problems: explanations[choice]?.problems ?? [] };
  });
  const ofItems = items.flatMap(({ key, problems }) => problems.map(({ kind, at }) => itemProblem(kind, key, at)));
  const ofScope: Problem[] = [];
  if (verdict.discard !== undefined) {
    ofScope.push(notDiscarded(verdict.discard));
  } else if (!matches) {
    const { count } = verdict.total;
    const found = suspects.size > 0 ? "what can be restored" : "what is stored";
    const counted = count === state.count ? `${count} items with another checksum` : `${state.count} items`;
    ofScope.push(scopeProblem("checksum", `${found} are ${count} items; the scope's state says ${counted}`));
  }
  if (otherHashes !== undefined) {
    const message = `${otherHashes} documents do not give their hashes: if the source's declaration changed, raise its version`;
    ofScope.push(scopeProblem("hashes changed", message));
  }
  if (newest > (state.newest ?? "")) {
    ofScope.push(scopeProblem("checksum", "items are stored that are newer than the scope's state says"));
  }
  return {
    ...verdict,
    ...{ newest, reading: findings.reading },
    choices: new Map(items.map(({ key, choice }) => [key, choice])),
    // What follows from a state that is missing is not wrong as well.
    problems: [...known, ...(stored ? [...ofItems, ...ofScope] : ofItems.filter(({ lasting }) => lasting))],
  };
}

/** Sums up the items that nothing is wrong with, and explains the rest. */
async function readFindings(reading: Reading): Promise<Findings> {
  const { expected, source } = reading;
  const suspects = new Map<string, readonly Pick<Explanation, "hash" | "problems">[]>();
  const effects = new Map<Instant, Total>();
  let sound = NOTHING;
  let [present, unsound, newest] = [0, 0, ""];
  for await (const items of readItems(reading)) {
    const explained = [...items].map(([key, evidence]) => ({ key, evidence, all: explain(evidence, expected) }));
    const edges = explained.flatMap(({ all: [{ lost }] }) => lost.edges);
    const unlinked = await itemsWithoutEdges(reading, edges);
    for (const { key, evidence, all } of explained) {
      const [{ head, isUnsound, hash, problems }] = all;
      if (source?.listedByCreation && evidence.versions.length > 0) newest = creationOf(key);
      if (head?.state === "present") present += 1;
      if (isUnsound) unsound += 1;
      const change = evidence.log.find(({ after }) => after.at === head?.at);
      if (change) {
        const { before, after } = change;
        const without = minus(effects.get(after.at) ?? NOTHING, totalOf(hashOf(before)));
        effects.set(after.at, plus(without, totalOf(hashOf(after))));
      }
      const links = unlinked.has(key) ? [{ kind: "edges missing" } as const] : [];
      if (problems.length + links.length === 0) sound = plus(sound, totalOf(hash));
      else
        suspects.set(
          key,
          all.map((each) => ({ hash: each.hash, problems: [...each.problems, ...links] })),
        );
    }
  }
  if (unsound <= MAX_OTHER_HASHES || unsound * 2 <= present) return { reading, sound, suspects, effects, newest };
  const found = await readFindings({ ...reading, expected: { ...expected, rules: undefined } });
  return { ...found, otherHashes: unsound };
}

/**
 * Lets the scope's count and checksum decide between the explanations of what is stored: 128 bits do not match by accident. Without a match,
 * or without a state, takes the likeliest.
 */
function arbitrate(findings: Findings, stored: ScopeState | undefined): Verdict & { readonly matches: boolean } {
  for (const verdict of verdictsOf(findings)) {
    const { total, discard } = verdict;
    const isRight = total.count === stored?.count && total.checksum === stored.checksum;
    // A state that says that there is nothing may be a lost one: nothing is discarded on its word.
    if (isRight && (discard === undefined || stored.count > 0)) return { ...verdict, matches: true };
  }
  return { choices: new Map(), total: totalBy(0, findings), matches: false };
}

/** The likeliest explanation of each item; another one of one item; the second of each; or an instant that was given up. */
function* verdictsOf(findings: Findings): Generator<Verdict> {
  const { suspects, effects } = findings;
  const total = totalBy(0, findings);
  yield { choices: new Map(), total };
  for (const [key, [first, ...others]] of suspects) {
    const rest = minus(total, totalOf(first?.hash));
    for (const [index, { hash }] of others.entries()) {
      yield { choices: new Map([[key, index + 1]]), total: plus(rest, totalOf(hash)) };
    }
  }
  const doubtful = [...suspects].filter(([, explanations]) => explanations.length > 1);
  yield { choices: new Map(doubtful.map(([key]) => [key, 1])), total: totalBy(1, findings) };
  for (const [discard, effect] of effects) yield { choices: new Map(), total: minus(total, effect), discard };
}

/** What a scope holds by this explanation of each item, or its last one. */
function totalBy(choice: number, { sound, suspects }: Findings): Total {
  const hashes = [...suspects.values()].map(
    (explanations) => explanations[Math.min(choice, explanations.length - 1)]?.hash,
  );
  return hashes.map(totalOf).reduce(plus, sound);
}

function totalOf(hash: string | undefined): Total {
  return hash === undefined ? NOTHING : { count: 1, checksum: hash };
}

/** What counts of a version; nothing if its hash is none any more. */
function hashOf(version: ItemVersion | undefined): string | undefined {
  return version?.state === "present" && isChecksum(version.hash) ? version.hash : undefined;
}

function plus(a: Total, b: Total): Total {
  const sum = createChecksum(a.checksum);
  sum.xor(b.checksum);
  return { count: a.count + b.count, checksum: sum.text() };
}

function minus(a: Total, { count, checksum }: Total): Total {
  return plus(a, { count: -count, checksum });
}
