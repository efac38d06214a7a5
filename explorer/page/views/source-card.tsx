import { useState } from "preact/hooks";
import type { ChangeKind, Collection, CollectionPage, Source } from "../ui/answers.ts";
import { Failure } from "../ui/failure.tsx";
import { useGrowing } from "../ui/paging.tsx";
import { href } from "../ui/route.ts";
import { thingsOf } from "../ui/sources.ts";
import { ago, dateTime, duration, every } from "../ui/time.ts";
import { count, counted } from "../ui/values.ts";
import type { Activity } from "./activity.ts";
import { ActivityPlot } from "./activity-plot.tsx";
import { pendingIn, readCollections } from "./syncs-query.ts";

interface SourceCardProps {
  readonly source: Source;
  readonly activity: Activity | undefined;
  /** The first of its collections, what is wrong first. */
  readonly collections: readonly Collection[] | undefined;
}

/** One source: how many items it has, how fresh they are, and what changed lately. */
export function SourceCard({ source, activity, collections }: SourceCardProps) {
  const { id, operation, totals } = source;
  return (
    <section class="card" aria-labelledby={`source-${id}`}>
      <header>
        <h2 id={`source-${id}`}>
          <a href={href("items", { source: id })}>{id}</a>
        </h2>
        {totals && <Freshness totals={totals} />}
      </header>
      <p class="operation">
        {operation}, {every(source.intervalMinutes)}
      </p>
      <div class="figures">
        {totals && (
          <p class="figure">
            <b>{count(totals.items)}</b> {thingsOf(id)}
          </p>
        )}
        <Totals source={id} activity={activity} />
      </div>
      <ActivityPlot activity={activity} label={id} />
      {collections && <Collections source={id} first={collections} total={totals?.collections ?? collections.length} />}
    </section>
  );
}

interface CollectionsProps {
  readonly source: string;
  readonly first: readonly Collection[];
  /** How many there are. */
  readonly total: number;
}

/** The source's collections: those that the view has, and once somebody asks for them, the others. */
function Collections({ source, first, total }: CollectionsProps) {
  const [isOpen, setOpen] = useState(false);
  const others = useGrowing(
    async (cursor, signal): Promise<Pick<CollectionPage, "items" | "nextCursor">> =>
      isOpen ? readCollections({ source, cursor }, signal) : { items: [] },
    [isOpen],
  );
  const listed = others.data?.flatMap(({ items }) => items) ?? [];
  const shown = listed.length > 0 ? listed : first;
  const more = isOpen ? others.more : () => setOpen(true);
  return (
    <>
      <ul class="collections">
        {shown.map((collection) => (
          <CollectionRow key={`${collection.account} ${collection.region}`} collection={collection} />
        ))}
      </ul>
      <Failure of={others} />
      {shown.length < total && more && (
        <button type="button" class="more" onClick={more} disabled={isOpen && others.busy}>
          Show {shown.length > 0 ? "more of " : ""}
          {counted(total, "collection")}
        </button>
      )}
      {pendingIn(shown).map((pending) => (
        <p key={`${pending.account} ${pending.region} ${pending.scope}`} class="notice">
          <a href={href("syncs", { source })}>
            <b>{counted(pending.count, "pending removal")}</b>
          </a>{" "}
          in scope {pending.scope} since {dateTime(pending.since)}: {pending.reason}
        </p>
      ))}
    </>
  );
}

function Freshness({ totals }: { totals: NonNullable<Source["totals"]> }) {
  const { collections, conditions, lastCompleteAt } = totals;
  const { failed, stale, new: unlisted, unavailable, retired } = conditions;
  if (collections === 0) return <span class="chip">never synced</span>;
  if (retired === collections) return <span class="chip">retired</span>;
  if (unavailable + retired === collections) return <span class="chip">unavailable</span>;
  const isBad = failed + stale + unlisted > 0;
  const state = failed > 0 ? "failing" : isBad ? "stale" : "fresh";
  return (
    <span
      class={`chip ${isBad ? "chip-bad" : "chip-good"}`}
      title={lastCompleteAt && `complete at ${dateTime(lastCompleteAt)}`}
    >
      {state}, {lastCompleteAt ? ago(lastCompleteAt) : "never complete"}
    </span>
  );
}

function Totals({ source, activity }: { source: string; activity: Activity | undefined }) {
  if (!activity) return null;
  const { added, modified, removed } = activity.totals;
  const link = (kind: ChangeKind, number: number, sign: string) => (
    <a class={`kind-${kind}`} href={href("changes", { source, kind, since: activity.since })}>
      <span aria-hidden="true">
        {sign}
        {count(number)}
      </span>
      <span class="hidden">
        {count(number)} {kind}
      </span>
    </a>
  );
  return (
    <p class="totals">
      <span class="quiet">{duration(activity.span)}</span>
      {link("added", added, "+")} {link("modified", modified, "~")} {link("removed", removed, "−")}
    </p>
  );
}

/** What the conditions of collections are called. */
const CONDITIONS: Readonly<Record<Collection["condition"], string>> = {
  ...{ failed: "failed", held: "removals pending", stale: "stale", new: "not tried" },
  ...{ unavailable: "unavailable", ok: "complete", retired: "retired" },
};

function CollectionRow({ collection }: { collection: Collection }) {
  const { source, account, region, items, counts, plan, scopes, condition } = collection;
  const error = [...(plan?.error ? [plan.error] : []), ...scopes.flatMap((each) => each.error ?? [])][0];
  return (
    <li>
      <a href={href("items", { source, account, region })}>
        {account} {region}
      </a>
      <span>{count(items)}</span>
      <span class="scopes">{counts.scopes > 1 ? counted(counts.scopes - counts.ended, "scope") : ""}</span>
      <span class={`outcome outcome-${condition}`}>{counts.syncing > 0 ? "syncing" : CONDITIONS[condition]}</span>
      {error && (
        <span class={condition === "unavailable" ? "error quiet" : "error"}>
          {condition === "unavailable" ? "Nothing to list here, tried daily" : error.code}: {error.message}
        </span>
      )}
    </li>
  );
}
