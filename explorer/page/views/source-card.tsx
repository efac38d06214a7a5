import type { ChangeKind, Collection, Source } from "../ui/answers.ts";
import { href } from "../ui/route.ts";
import { thingsOf } from "../ui/sources.ts";
import { ago, dateTime, duration, every } from "../ui/time.ts";
import { count, counted, sum } from "../ui/values.ts";
import type { Activity } from "./activity.ts";
import { ActivityPlot } from "./activity-plot.tsx";
import { OUTCOMES, type Outcome } from "./syncs.tsx";

/** One source: how many items it has, how fresh they are, and what changed lately. */
export function SourceCard({ source, activity }: { source: Source; activity: Activity | undefined }) {
  const { id, operation, collections } = source;
  const items = sum(collections.map((collection) => collection.items));
  const counts = (name: keyof Collection["counts"]) => sum(collections.map((collection) => collection.counts[name]));
  const scopes = collections.flatMap((collection) => collection.scopes);
  return (
    <section class="card" aria-labelledby={`source-${id}`}>
      <header>
        <h2 id={`source-${id}`}>
          <a href={href("items", { source: id })}>{id}</a>
        </h2>
        <Freshness collections={collections} syncing={counts("syncing")} />
      </header>
      <p class="operation">
        {operation}, {every(source.intervalMinutes)}
      </p>
      <div class="figures">
        <p class="figure">
          <b>{count(items)}</b> {thingsOf(id)}
        </p>
        <Totals source={id} activity={activity} />
      </div>
      <ActivityPlot activity={activity} label={id} />
      <ul class="collections">
        {collections.map((collection) => (
          <CollectionRow key={`${collection.account} ${collection.region}`} source={id} collection={collection} />
        ))}
      </ul>
      {scopes.map(
        ({ id: scope, held: pending }) =>
          pending && (
            <p key={scope} class="notice">
              <a href={href("syncs", { source: id })}>
                <b>{counted(pending.count, "pending removal")}</b>
              </a>{" "}
              in scope {scope} since {dateTime(pending.since)}: {pending.reason}
            </p>
          ),
      )}
    </section>
  );
}

function Freshness({ collections, syncing }: { collections: readonly Collection[]; syncing: number }) {
  if (collections.length === 0) return <span class="chip">never synced</span>;
  if (collections.every(isUnavailable)) return <span class="chip">unavailable</span>;
  const expected = collections.filter((collection) => !isUnavailable(collection));
  const oldest = expected.map(({ lastCompleteAt }) => lastCompleteAt ?? "").sort()[0];
  const stale = collections.some((collection) => collection.stale);
  const when = oldest ? ago(oldest) : "never complete";
  return (
    <span class={`chip ${stale ? "chip-bad" : "chip-good"}`} title={oldest && `complete at ${dateTime(oldest)}`}>
      {stale ? "stale, " : "fresh, "}
      {when}
      {syncing > 0 ? ", syncing" : ""}
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

/** Whether the account lacks what the source lists, which is no fault of the inventory. */
export function isUnavailable({ counts: { scopes, ended, unavailable } }: Collection): boolean {
  return unavailable > 0 && unavailable === scopes - ended;
}

function CollectionRow({ source, collection }: { source: string; collection: Collection }) {
  const { account, region, items, counts, plan, scopes } = collection;
  const [scope] = scopes;
  const outcome = scopes.length === 1 && scopes.length === counts.scopes ? scope?.outcome : worstOutcome(collection);
  const error = [...(plan?.error ? [plan.error] : []), ...scopes.flatMap((each) => each.error ?? [])][0];
  return (
    <li>
      <a href={href("items", { source, account, region })}>
        {account} {region}
      </a>
      <span>{count(items)}</span>
      <span class="scopes">{counts.scopes > 1 ? counted(counts.scopes - counts.ended, "scope") : ""}</span>
      <span class={`outcome outcome-${outcome ?? "none"}`}>{outcome ? OUTCOMES[outcome] : "not tried"}</span>
      {error && (
        <span class={outcome === "unavailable" ? "error quiet" : "error"}>
          {outcome === "unavailable" ? "Nothing to list here, tried daily" : error.code}: {error.message}
        </span>
      )}
    </li>
  );
}

function worstOutcome(collection: Collection): Outcome {
  if (collection.counts.failed > 0) return "failed";
  if (collection.counts.held > 0) return "held";
  return isUnavailable(collection) ? "unavailable" : "complete";
}
