import { createChecksum } from "../../../functions/model/checksum.ts";
import { creationOf, type KeyRange } from "../../../functions/model/collection.ts";
import type { ItemVersion } from "../../../functions/model/item.ts";
import { initialState, type ScopeState } from "../../../functions/model/scope-state.ts";
import type { Listing, UpstreamConnection } from "./listing.ts";
import { isAscending } from "./listing.ts";
import type { Process } from "./simulation.ts";
import { storedHeads } from "./stored.ts";
import {
  type Attempt,
  type Content,
  contentOfVersion,
  difference,
  type Expectation,
  reaches,
  type Truth,
} from "./truth.ts";
import { GUARD, type World } from "./world.ts";

/** One sync process, as far as what it may commit depends on it. */
export interface SyncContext {
  readonly process: Process;
  readonly upstream: Pick<UpstreamConnection, "listings" | "plans">;
  readonly approved: boolean;
  readonly sourceVersion: number;
  /** It ends the scopes of retired targets. */
  readonly mayRetire?: boolean;
}

export interface CommitWatch {
  /** This process's write, and no other, replaced the scope's state. */
  replaced(state: ScopeState, before: ScopeState | undefined): Promise<void>;
  /** What it committed, by instant. */
  readonly commits: ReadonlyMap<string, Expectation>;
}

/**
 * Holds every write of a scope's state against the promises: a commit shows exactly what its process was given to see, a sync that says that
 * nothing has changed is right, and no other write changes what a reader sees.
 */
export function watchCommits(world: World, context: SyncContext): CommitWatch {
  const { simulation, ground } = world;
  const { process, upstream } = context;
  const commits = new Map<string, Expectation>();
  /** The states on which the process acquired scopes. */
  const acquired = new Map<string, ScopeState>();

  const violated = (state: ScopeState, what: string) =>
    simulation.violated(`${process.name}, scope ${state.scope}, revision ${state.revision}: ${what}`);

  /** What the process may have gone by: a page that was requested ahead may have been left unread. */
  const attempts = (seen: ScopeState, truth: Truth, closedAt: string | undefined): Attempt[] | string => {
    const listing = upstream.listings.get(seen.scope);
    const rest = {
      ...{ approved: context.approved, sourceVersion: context.sourceVersion },
      pending: truth.pendingAt.get(seen.revision) ?? new Set<string>(),
    };
    if (!listing) {
      const plans = upstream.plans.filter(({ complete }) => complete);
      if (plans.length === 0 || plans.at(-1)?.named.has(seen.scope)) return "removed unlisted";
      return either({ pages: [], range: seen.range, parentGone: true, ...rest });
    }
    const { pages, range } = listing;
    if (closedAt === undefined) {
      if (listing.end !== "whole" && listing.end !== "parent gone") return `listing ${listing.end}`;
      return either({ pages, range, parentGone: listing.end === "parent gone", ...rest });
    }
    const wrong = closingProblem(listing, closedAt);
    if (wrong) return wrong;
    return [pages, pages.slice(0, -1)]
      .filter((some) => reaches(some, closedAt) && isAscending(some, range))
      .flatMap((some) => either({ pages: some, range, closedAt, parentGone: false, ...rest }));
  };

  const carry = (state: ScopeState, before: ScopeState, truth: Truth) => {
    truth.pendingAt.set(state.revision, truth.pendingAt.get(before.revision) ?? new Set());
    for (const name of ["count", "checksum", "committedAt", "lastCompleteAt", "newest", "sourceVersion"] as const) {
      if (state[name] !== before[name]) violated(state, `${name} is ${state[name]}, was ${before[name]}`);
    }
    for (const name of ["range", "pending"] as const) {
      if (JSON.stringify(state[name]) !== JSON.stringify(before[name])) violated(state, `${name} has changed`);
    }
  };

  /** A scope of a retired target ends: nothing is left of it, and a process that goes by an earlier state has lost. */
  const retired = async (state: ScopeState, before: ScopeState) => {
    const truth = world.truthOf(state.collection, state.scope);
    const at = state.committedAt ?? "";
    if (!context.mayRetire) violated(state, "retires the scope");
    if (before.writing !== undefined && at === before.writing) {
      if (!before.holder?.startsWith(`${process.name}.`)) violated(state, `commits for ${before.holder}`);
      if (at <= truth.lastAt) violated(state, `committed at ${at}, not later than ${truth.lastAt}`);
      truth.snapshots.push({ at, items: new Map(), cause: "target retired" });
    } else if (state.committedAt !== before.committedAt) violated(state, "commits nothing");
    truth.pendingAt.set(state.revision, new Set());
    checkStored(state, await storedItems(state), new Map());
    if (truth.last.size > 0) violated(state, "removes items without a commit");
  };

  const storedItems = async (state: ScopeState) =>
    (await storedHeads(ground, state)).filter((head) => head.state === "present");

  const checkStored = (state: ScopeState, present: readonly ItemVersion[], items: Expectation["items"]) => {
    const differs = difference(contentsOf(present), items);
    if (differs) violated(state, differs);
    const checksum = createChecksum();
    for (const { hash } of present) checksum.xor(hash);
    if (state.count !== items.size) violated(state, `counts ${state.count} items of ${items.size}`);
    if (state.checksum !== checksum.text()) violated(state, "its checksum is not that of what is stored");
    const newest =
      present
        .map(({ key }) => creationOf(key))
        .sort()
        .at(-1) ?? "";
    if (state.newest !== undefined && newest > state.newest) violated(state, `stored beyond ${state.newest}`);
  };

  const ended = async (state: ScopeState, before: ScopeState, isCommit: boolean) => {
    const truth = world.truthOf(state.collection, state.scope);
    const seen = isCommit ? (acquired.get(state.scope) ?? before) : before;
    const closedAt = state.range.until === before.range.until ? undefined : state.range.until;
    const possible = attempts(seen, truth, closedAt);
    if (typeof possible === "string") return violated(state, `ended ${state.outcome}: ${possible}`);
    const expected = possible.map((attempt) => truth.expect(attempt, GUARD));
    const present = await storedItems(state);
    const found = contentsOf(present);
    const expectation =
      expected.find(({ items, outcome }) => outcome === state.outcome && difference(found, items) === "") ??
      expected[0];
    if (!expectation) return violated(state, `closed at ${closedAt}, and not listed in order up to there`);
    if (state.outcome !== expectation.outcome) violated(state, `${state.outcome}, should be ${expectation.outcome}`);
    if (isCommit) {
      const at = state.committedAt ?? "";
      if (at <= truth.lastAt) violated(state, `committed at ${at}, not later than ${truth.lastAt}`);
      const record = await ground.store.collectionRecord(state.collection);
      if (record?.endedAt !== undefined) violated(state, "commits to a collection that has been retired");
      if ((await ground.store.discards(state.collection)).has(at))
        violated(state, `committed ${at}, which is discarded`);
      truth.snapshots.push({ at, items: expectation.items, cause: expectation.cause });
      commits.set(at, expectation);
    } else {
      if (state.committedAt !== before.committedAt && before.committedAt !== undefined)
        violated(state, "commits nothing");
      const differs = difference(truth.last, expectation.items);
      if (differs) violated(state, `says that nothing has changed: ${differs}`);
    }
    const isWhole = isSame(upstream.listings.get(state.scope)?.range ?? seen.range, seen.range);
    const pending = isWhole ? expectation.pending : (truth.pendingAt.get(before.revision) ?? new Set());
    truth.pendingAt.set(state.revision, pending);
    if ((state.pending?.count ?? 0) !== pending.size)
      violated(state, `pending ${state.pending?.count}, should be ${pending.size}`);
    checkStored(state, present, truth.last);
  };

  return {
    commits,
    async replaced(state, stored) {
      const before = stored ?? initialState(state.collection, { id: state.scope, range: state.range });
      const truth = world.truthOf(state.collection, state.scope);
      if (state.lease > before.lease) {
        carry(state, before, truth);
        if (state.holder !== undefined) acquired.set(state.scope, before);
        if (before.writing !== undefined && !state.discarding.includes(before.writing))
          violated(state, `forgets ${before.writing}`);
      } else if (state.ended === "target retired" && (context.mayRetire || before.ended !== state.ended)) {
        await retired(state, before);
      } else if (before.writing !== undefined && state.committedAt === before.writing) {
        if (!before.holder?.startsWith(`${process.name}.`)) violated(state, `commits for ${before.holder}`);
        await ended(state, before, true);
      } else if (!isFailure(state) && isConclusion(state, before)) {
        await ended(state, before, false);
      } else carry(state, before, truth);
    },
  };
}

function contentsOf(present: readonly ItemVersion[]): Map<string, Content> {
  return new Map(present.map((head) => [head.key, contentOfVersion(head)]));
}

/** Why a scope may not be closed there, whatever was listed. */
function closingProblem({ range }: Listing, closedAt: string): string | undefined {
  if (range.until !== undefined) return "closed though it was not listed to its end";
  if (closedAt <= (range.from ?? "")) return `closed before its beginning, at ${closedAt}`;
  return undefined;
}

/** A scope that was denied beside others that were answered is unavailable after the sync that failed on it. */
function isFailure({ outcome }: ScopeState): boolean {
  return outcome === "failed" || outcome === "unavailable";
}

/** Whether a write says how a sync ended, and is not one that registers, renews or takes over. */
function isConclusion(state: ScopeState, before: ScopeState): boolean {
  const said = ({ lastAttemptAt, outcome, unchanged, pending }: ScopeState) =>
    JSON.stringify([lastAttemptAt, outcome, unchanged, pending]);
  return said(state) !== said(before);
}

/** Of a key that is listed once as it can be stored and once as it cannot, either may count. */
function either(attempt: Omit<Attempt, "rejectedCounts">): Attempt[] {
  return [
    { ...attempt, rejectedCounts: true },
    { ...attempt, rejectedCounts: false },
  ];
}

function isSame(a: KeyRange, b: KeyRange): boolean {
  return a.from === b.from && a.until === b.until;
}
