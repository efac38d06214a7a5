import { inRange, type KeyRange, overlap, type Scope } from "../../../functions/model/collection.ts";
import type { RemovalCause } from "../../../functions/model/item.ts";
import type { SyncEnd } from "../../../functions/store/port.ts";
import { positionOf } from "../../../functions/sync/cut.ts";
import type { GuardThresholds } from "../../../functions/sync/guard.ts";
import { keysIn, type Listing, seenIn, type Value } from "./upstream.ts";

/** What a scope must be read as, and when: the one truth that engine and store are held against. */
export interface Snapshot {
  readonly at: string;
  readonly items: ReadonlyMap<string, Value>;
  /** Of the items that this snapshot no longer has. */
  readonly cause: RemovalCause;
}

/** What a sync was to do, and what it saw. */
export interface Attempt {
  readonly listing: Listing;
  /** How many of its pages it took in. */
  readonly pages: number;
  readonly window: KeyRange;
  readonly accepted: boolean;
}

export interface Expectation {
  readonly outcome: "complete" | "held";
  readonly items: ReadonlyMap<string, Value>;
  readonly held: ReadonlySet<string>;
  readonly cause: RemovalCause;
  readonly counts: {
    readonly added: number;
    readonly modified: number;
    readonly removed: number;
    readonly held: number;
  };
}

interface Held {
  readonly range: KeyRange;
  readonly keys: ReadonlySet<string>;
}

/** The snapshots of one scope, made from what its syncs were given to see, by the promises alone. */
export class Truth {
  readonly snapshots: Snapshot[] = [];
  private readonly scope: Scope;
  private held: readonly Held[] = [];
  /** What was listed completely, and when. */
  private readonly covered: { readonly range: KeyRange; readonly at: string }[] = [];

  constructor(scope: Scope) {
    this.scope = scope;
  }

  get last(): ReadonlyMap<string, Value> {
    return this.snapshots.at(-1)?.items ?? new Map();
  }

  get lastAt(): string {
    return this.snapshots.at(-1)?.at ?? "";
  }

  at(instant: string): ReadonlyMap<string, Value> {
    return this.snapshots.findLast((snapshot) => snapshot.at <= instant)?.items ?? new Map();
  }

  /** How a sync must end that completed `range`, or why it may not. */
  expect({ listing, pages, window, accepted }: Attempt, range: KeyRange, guard: GuardThresholds): Expectation | string {
    const cut = range.until === window.until ? undefined : range.until;
    if (range.from !== window.from) return "began elsewhere";
    if (cut === undefined && listing.end !== "whole" && listing.end !== "parent removed")
      return `listing ${listing.end}`;
    const listed = seenIn(cut === undefined ? listing.pages : listing.pages.slice(0, pages));
    if (cut !== undefined && ![...listed.items.keys(), ...listed.kept].some((key) => positionOf(key) >= cut))
      return "not listed up to its cut";

    if (cut !== undefined && !isAscending(listing.pages.slice(0, pages), window)) return "cut, and not in order";

    const before = this.last;
    const stored = [...before.keys()].filter((key) => inRange(range, key));
    const seen = [...listed.items].filter(([key]) => inRange(range, key));
    const missing = stored.filter((key) => !listed.items.has(key) && !listed.kept.has(key));
    const blemished = listed.refused > 0;
    const doubtful = listed.listless && missing.length > 0 && !accepted;
    const here = this.held.filter((held) => overlap(held.range, range));
    const again = [...seen.map(([key]) => key), ...listed.kept];
    const agreed = here.some(({ keys }) => again.some((key) => keys.has(key)))
      ? undefined
      : missing.filter((key) => here.some(({ keys }) => keys.has(key))).length;
    const unagreed = (count: number) => isMass(missing.length - count, stored.length - count, guard);
    const mass = !accepted && unagreed(0) && (agreed === undefined || unagreed(agreed));
    const remove = accepted || (!blemished && !mass && !doubtful);

    const items = new Map(before);
    const counts = { added: 0, modified: 0, removed: 0, held: 0 };
    for (const [key, value] of seen) {
      if (!before.has(key)) counts.added += 1;
      else if (before.get(key) !== value) counts.modified += 1;
      items.set(key, value);
    }
    if (remove) for (const key of missing) items.delete(key);
    counts[remove ? "removed" : "held"] = missing.length;
    const outcome = blemished || mass || doubtful ? "held" : "complete";
    // Of a listing that was cut, what came after does not count.
    const cause = cut === undefined && listing.end === "parent removed" ? "parent removed" : "not listed";
    return { outcome, items, counts, cause, held: new Set(remove ? [] : missing) };
  }

  /** A sync has ended so: from now on this is the scope's last snapshot. Answers what is wrong about its freshness. */
  ended(expected: Expectation, range: KeyRange, end: Extract<SyncEnd, { snapshotAt: string }>): string {
    this.held = this.held.filter((held) => !overlap(held.range, range));
    if (expected.outcome === "held") this.held = [...this.held, { range, keys: expected.held }];
    else this.covered.push({ range, at: end.triedAt });
    this.snapshots.push({ at: end.snapshotAt, items: expected.items, cause: expected.cause });
    if (end.completeAt === undefined || this.isCoveredSince(end.completeAt)) return "";
    return `says that all is as fresh as ${end.completeAt}`;
  }

  /** Whether every part of the scope was completely listed by the sync that ended then or a later one. */
  private isCoveredSince(since: string): boolean {
    const first = this.covered.findIndex(({ at }) => at === since);
    const ranges = first < 0 ? [] : this.covered.slice(first).map(({ range }) => range);
    let reached = this.scope.range.from;
    for (;;) {
      const next = ranges.find(
        ({ from, until }) => (from ?? "") <= (reached ?? "") && (until === undefined || until > (reached ?? "")),
      );
      if (!next) return false;
      if (next.until === this.scope.range.until) return true;
      reached = next.until;
    }
  }
}

function isAscending(pages: Listing["pages"], window: KeyRange): boolean {
  const positions = keysIn(pages)
    .filter((key) => inRange(window, key))
    .map(positionOf);
  return positions.every((position, n) => n === 0 || position >= (positions[n - 1] ?? ""));
}

function isMass(removals: number, present: number, guard: GuardThresholds): boolean {
  return removals > guard.items && removals > present * guard.share;
}

/** What differs between two readings of items; empty when they are the same. */
export function difference(found: ReadonlyMap<string, Value>, wanted: ReadonlyMap<string, Value>): string {
  const keys = [...new Set([...found.keys(), ...wanted.keys()])].sort();
  return keys
    .filter((key) => found.get(key) !== wanted.get(key))
    .map((key) => `${key} is ${found.get(key)}, should be ${wanted.get(key)}`)
    .join("; ");
}
