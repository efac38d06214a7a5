import { creationOf, inRange, type KeyRange } from "../../../functions/model/collection.ts";
import type { GuardThresholds } from "../../../functions/model/guard.ts";
import type { ItemVersion, RemovalCause } from "../../../functions/model/item.ts";
import type { Page } from "../../../functions/model/source.ts";
import { seenIn } from "./listing.ts";
import { edgesOfThing, type Thing, type Value, valueIn } from "./upstream.ts";

/** What a present item is: its value, and the version of the source that made its edges (0 of an item without any). */
export type Content = `${Value} by ${number}`;

export function contentOf(value: Value, sourceVersion: number): Content {
  return `${value} by ${value === 0 ? 0 : sourceVersion}`;
}

/** What a stored version is; says so when its edges are those of no version of the source. */
export function contentOfVersion({ key, document, edges }: Pick<ItemVersion, "key" | "document" | "edges">): Content {
  const value = valueIn(document);
  const sourceVersion = Number(edges[0]?.relation?.replace("Has", "") ?? 0);
  const isRight = JSON.stringify(edges) === JSON.stringify(edgesOfThing(key, value, sourceVersion));
  return contentOf(value, isRight ? sourceVersion : Number.NaN);
}

export function valueOfContent(content: Content): string {
  return content.split(" ")[0] ?? "";
}

export type Items = ReadonlyMap<string, Content>;

/** What a scope must be read as, and since when. */
export interface Snapshot {
  readonly at: string;
  readonly items: Items;
  /** Of the items that this snapshot no longer has. */
  readonly cause: RemovalCause;
}

/** What a sync was given to see of a scope, and what it was to do. */
export interface Attempt {
  readonly pages: readonly Page<Thing>[];
  readonly range: KeyRange;
  /** Where it closed the scope. */
  readonly closedAt?: string;
  readonly parentGone: boolean;
  readonly approved: boolean;
  readonly sourceVersion: number;
  /** The keys whose removal was pending when the sync began. */
  readonly pending: ReadonlySet<string>;
  /** Whether what could not be stored counts, of a key that was also listed as it can be. */
  readonly rejectedCounts: boolean;
}

export interface Expectation {
  readonly outcome: "complete" | "held";
  readonly items: Items;
  readonly pending: ReadonlySet<string>;
  readonly cause: RemovalCause;
  readonly counts: { added: number; modified: number; removed: number; pending: number };
}

/** The snapshots of one scope, made from what its syncs were given to see, by the promises alone. */
export class Truth {
  readonly snapshots: Snapshot[] = [];
  /** By the revision of the scope's state. */
  readonly pendingAt = new Map<number, ReadonlySet<string>>();

  get last(): Items {
    return this.snapshots.at(-1)?.items ?? new Map();
  }

  get lastAt(): string {
    return this.snapshots.at(-1)?.at ?? "";
  }

  at(instant: string): Items {
    return this.snapshots.findLast((snapshot) => snapshot.at <= instant)?.items ?? new Map();
  }

  /** How a sync that saw this must end, in the scope as it is. */
  expect(attempt: Attempt, guard: GuardThresholds): Expectation {
    const before = this.last;
    const listed = seenIn(attempt.pages);
    const range = attempt.closedAt === undefined ? attempt.range : { ...attempt.range, until: attempt.closedAt };
    const stored = [...before.keys()].filter((key) => inRange(attempt.range, key));
    let seen = [...listed.items].filter(([key]) => inRange(range, key));
    if (attempt.rejectedCounts) seen = seen.filter(([key]) => !(listed.retained.has(key) && before.has(key)));
    const again = new Set([...seen.map(([key]) => key), ...[...listed.retained].filter((key) => before.has(key))]);
    const missing = stored.filter((key) => !again.has(key));
    const held = holdBack(attempt, { listed, again, missing, present: stored.length }, guard);
    const removed = held?.pending ? [] : missing;

    const items = new Map(before);
    const counts = { added: 0, modified: 0, removed: removed.length, pending: held?.pending ? missing.length : 0 };
    for (const [key, value] of seen) {
      const content = contentOf(value, attempt.sourceVersion);
      const was = before.get(key);
      if (was === undefined) counts.added += 1;
      else if (valueOfContent(was) !== valueOfContent(content)) counts.modified += 1;
      items.set(key, content);
    }
    for (const key of removed) items.delete(key);
    return {
      outcome: held ? "held" : "complete",
      ...{ items, counts, cause: attempt.parentGone ? "parent removed" : "not listed" },
      pending: new Set(held?.pending ? missing : []),
    };
  }
}

interface Absences {
  readonly listed: { readonly rejected: number; readonly listMissing: boolean };
  readonly again: ReadonlySet<string>;
  readonly missing: readonly string[];
  readonly present: number;
}

/** Whether the listing's absences are held back, and whether any removal is pending thereby. */
function holdBack(
  { approved, pending }: Attempt,
  { listed, again, missing, present }: Absences,
  guard: GuardThresholds,
): { readonly pending: boolean } | undefined {
  const isUntrusted = listed.rejected > 0 || (listed.listMissing && missing.length > 0 && !approved);
  if (isUntrusted) return { pending: !approved && missing.length > 0 };
  if (approved || !exceedsThreshold(missing.length, present, guard)) return undefined;
  const isBack = [...again].some((key) => pending.has(key));
  const confirmed = missing.filter((key) => pending.has(key)).length;
  if (pending.size > 0 && !isBack && !exceedsThreshold(missing.length - confirmed, present - confirmed, guard))
    return undefined;
  return { pending: true };
}

function exceedsThreshold(removals: number, present: number, guard: GuardThresholds): boolean {
  return removals > guard.items && removals > present * guard.share;
}

/** What differs between two readings of items; empty when they are the same. */
export function difference(found: Items, wanted: Items): string {
  const keys = [...new Set([...found.keys(), ...wanted.keys()])].sort();
  return keys
    .filter((key) => found.get(key) !== wanted.get(key))
    .map((key) => `${key} is ${found.get(key)}, should be ${wanted.get(key)}`)
    .join("; ");
}

/** Whether the pages reach a creation time, so that a scope may be closed there. */
export function reaches(pages: readonly Page<Thing>[], closedAt: string): boolean {
  const { items, retained } = seenIn(pages);
  return [...items.keys(), ...retained].some((key) => creationOf(key) >= closedAt);
}
