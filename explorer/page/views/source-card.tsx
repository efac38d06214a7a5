import type { ChangeKind, Collection, Source } from "../ui/answers.ts";
import { href } from "../ui/route.ts";
import { shownOf } from "../ui/sources.ts";
import { ago, dateTime } from "../ui/time.ts";
import { count, counted, sum } from "../ui/values.ts";
import type { Activity } from "./activity.ts";
import { ActivityPlot } from "./activity-plot.tsx";

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
        {operation}, every {source.everyMinutes} min
      </p>
      <div class="figures">
        <p class="figure">
          <b>{count(items)}</b> {shownOf(id).things}
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
              <b>{counted(pending.count, "pending removal")}</b> in scope {scope} since {dateTime(pending.since)}:{" "}
              {pending.reason}
            </p>
          ),
      )}
    </section>
  );
}

function Freshness({ collections, syncing }: { collections: readonly Collection[]; syncing: number }) {
  if (collections.length === 0) return <span class="chip">never synced</span>;
  const oldest = collections.map(({ completeAt }) => completeAt ?? "").sort()[0];
  const stale = collections.some((collection) => collection.stale);
  const when = oldest ? ago(oldest) : "never complete";
  return (
    <span class={`chip ${stale ? "chip-bad" : "chip-good"}`} title={oldest && `complete at ${dateTime(oldest)} UTC`}>
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
      {link("added", added, "+")} {link("modified", modified, "~")} {link("removed", removed, "−")}
    </p>
  );
}

type Outcome = NonNullable<Collection["scopes"][number]["outcome"]>;

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  complete: "complete",
  held: "removals pending",
  failed: "failed",
  unavailable: "unavailable",
};

function CollectionRow({ source, collection }: { source: string; collection: Collection }) {
  const { account, region, items, counts, plan, scopes } = collection;
  const [scope] = scopes;
  const outcome = scopes.length === 1 && scopes.length === counts.scopes ? scope?.outcome : worstOutcome(counts);
  const error = [...(plan?.error ? [plan.error] : []), ...scopes.flatMap((each) => each.error ?? [])][0];
  return (
    <li>
      <a href={href("items", { source, account, region })}>
        {account} {region}
      </a>
      <span>{count(items)}</span>
      <span class="scopes">{counts.scopes > 1 ? counted(counts.scopes - counts.vanished, "scope") : ""}</span>
      <span class={`outcome outcome-${outcome ?? "none"}`}>{outcome ? OUTCOMES[outcome] : "not tried"}</span>
      {error && (
        <span class="error">
          {error.code}: {error.message}
        </span>
      )}
    </li>
  );
}

function worstOutcome({ scopes, vanished, failed, held, unavailable }: Collection["counts"]): Outcome {
  if (failed > 0) return "failed";
  if (held > 0) return "held";
  return unavailable > 0 && unavailable === scopes - vanished ? "unavailable" : "complete";
}
