import type { Entry } from "../../functions/api/schemas/responses.ts";

type Source = Entry<"SourceList">;
type Collection = Source["collections"][number];
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

type State = "ok" | "syncing" | "stale" | "failed" | "removals pending" | "unavailable" | "not listed yet";

/** A collection with many scopes comes on several pages, each time with the counts of all its scopes. */
export function addStatus(rows: CollectionStatus[], row: CollectionStatus): void {
  const last = rows.at(-1);
  const isSame = last && last.source === row.source && last.account === row.account && last.region === row.region;
  if (!isSame) return void rows.push(row);
  rows[rows.length - 1] = { ...last, problems: [...new Set([...last.problems, ...row.problems])] };
}

/** How a source does in an account and region, in words. */
export function statusOf({ id, intervalMinutes }: Source, collection: Collection): CollectionStatus {
  const { account, region, items, lastCompleteAt, plan, scopes } = collection;
  const failures = [plan, ...scopes].flatMap((each) => (each?.error ? [each.error.message] : []));
  const pending = scopes.flatMap(({ held }) => (held ? [pendingText(id, held)] : []));
  const state = stateOf(collection);
  const stale =
    state === "stale"
      ? [
          `not listed whole within three times ${intervalMinutes} minutes: run \`npx stocktake sync --source ${id}\`, or keep \`npx stocktake run\` running`,
        ]
      : [];
  // A failure says more.
  const unlisted =
    state === "not listed yet" && failures.length === 0
      ? [`not listed yet: run \`npx stocktake sync --region ${region}\`, or keep \`npx stocktake run\` running`]
      : [];
  return {
    ...{ source: id, account, region, items },
    ...(lastCompleteAt !== undefined && { listedAt: lastCompleteAt }),
    state,
    problems: [...new Set([...failures, ...pending, ...stale, ...unlisted])],
  };
}

function pendingText(source: string, { count, reason }: NonNullable<Scope["held"]>): string {
  const removals = count === 1 ? "1 removal is" : `${count} removals are`;
  return `${removals} pending, since ${reason}: the next complete listing without them removes them, or \`npx stocktake sync --source ${source} --approve-removals ${source}\``;
}

function stateOf({ counts, plan, stale, lastCompleteAt, scopes }: Collection): State {
  const isUnavailable = counts.unavailable > 0 && counts.unavailable === counts.scopes - counts.ended;
  if (plan?.outcome === "unavailable" || isUnavailable) return "unavailable";
  if (counts.failed > 0 || plan?.outcome === "failed") return "failed";
  if (counts.held > 0) return "removals pending";
  if (stale) return lastCompleteAt === undefined && counts.syncing === 0 ? "not listed yet" : "stale";
  return scopes.some(({ syncing }) => syncing) ? "syncing" : "ok";
}
