import type { Entry } from "../../functions/api/schemas/responses.ts";

type Collection = Entry<"CollectionList">;
type Scope = Collection["scopes"][number];

/** How one source does in one account and region. */
export interface CollectionStatus {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly items: number;
  readonly listedAt?: string;
  readonly state: State;
  /** What is wrong, each with what to do. */
  readonly problems: readonly string[];
}

type State = (typeof STATES)[Collection["condition"]] | "syncing";

/** What the conditions of collections are called. */
export const STATES = {
  failed: "failed",
  held: "removals pending",
  stale: "stale",
  new: "not listed yet",
  unavailable: "unavailable",
  ok: "ok",
  retired: "retired",
} as const;

/** How a source does in an account and region, in words. */
export function statusOf(collection: Collection): CollectionStatus {
  const { source, account, region, items, lastCompleteAt, intervalMinutes, condition, counts, plan, scopes } =
    collection;
  const failures = [plan, ...scopes].flatMap((each) => (each?.error ? [each.error.message] : []));
  const pending = scopes.flatMap(({ held }) => (held ? [pendingText(source, held)] : []));
  const stale =
    condition === "stale"
      ? [
          `not listed whole within three times ${intervalMinutes} minutes: run \`npx stocktake sync --source ${source}\`, or keep \`npx stocktake run\` running`,
        ]
      : [];
  // A failure says more.
  const unlisted =
    condition === "new" && counts.syncing === 0 && failures.length === 0
      ? [`not listed yet: run \`npx stocktake sync --region ${region}\`, or keep \`npx stocktake run\` running`]
      : [];
  const others = counts.failed + counts.held + counts.unavailable - scopes.length;
  const more = others > 0 ? [`${others} more of its scopes: see /v1/sources?source=${source}&account=${account}`] : [];
  const isSyncing = counts.syncing > 0 && (condition === "ok" || condition === "new");
  return {
    ...{ source, account, region, items },
    ...(lastCompleteAt !== undefined && { listedAt: lastCompleteAt }),
    state: isSyncing ? "syncing" : STATES[condition],
    problems: [...new Set([...failures, ...pending, ...stale, ...unlisted, ...more])],
  };
}

function pendingText(source: string, { count, reason }: NonNullable<Scope["held"]>): string {
  const removals = count === 1 ? "1 removal is" : `${count} removals are`;
  return `${removals} pending, since ${reason}: the next complete listing without them removes them, or \`npx stocktake sync --source ${source} --approve-removals ${source}\``;
}
