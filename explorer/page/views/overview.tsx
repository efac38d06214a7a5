import { useState } from "preact/hooks";
import type { CollectionPage } from "../ui/answers.ts";
import { Failure } from "../ui/failure.tsx";
import { useSources } from "../ui/known-sources.ts";
import { Skeleton, useInterval, useLoaded } from "../ui/loading.tsx";
import { href } from "../ui/route.ts";
import { ago, before, dateTime } from "../ui/time.ts";
import { count, counted } from "../ui/values.ts";
import { type Activities, readActivity } from "./activity.ts";
import { questions } from "./questions.ts";
import { SourceCard } from "./source-card.tsx";
import { SyncChanges } from "./syncs.tsx";
import { readCollections } from "./syncs-query.ts";

const REFRESH_MS = 10_000;
const SKELETONS = [1, 2, 3, 4, 5, 6];

/** Everything that is inventoried, at a glance. */
export function OverviewView() {
  const [turn, setTurn] = useState(0);
  useInterval(() => setTurn((last) => last + 1), REFRESH_MS);
  const sources = useSources([turn]);
  const collections = useLoaded((signal) => readCollections({}, signal), [turn]);
  // Syncs are many more than sources: they are read again less often.
  const activity = useLoaded(readActivity, [Math.floor(turn / 6)]);
  const failed = [sources, collections, activity].find(({ error }) => error) ?? activity;
  return (
    <>
      <h1>Inventory</h1>
      <Summary data={collections.data} />
      <Failure of={failed} />
      <Questions />
      <div class="cards">
        {!sources.data && sources.busy && SKELETONS.map((each) => <Skeleton key={each} lines={7} />)}
        {activity.data && <Latest activities={activity.data} />}
        {sources.data?.map((source) => (
          <SourceCard
            key={source.id}
            source={source}
            activity={activity.data?.of(source.id)}
            collections={collections.data?.items.filter((collection) => collection.source === source.id)}
          />
        ))}
      </div>
    </>
  );
}

function Summary({ data }: { data: CollectionPage | undefined }) {
  if (!data) return <p class="lead"> </p>;
  const { collections, items, pending, conditions } = data.totals;
  const { failed, stale, new: unlisted, unavailable } = conditions;
  if (collections === 0) {
    return (
      <p class="lead">
        Nothing has been synced yet. <code>npx stocktake sync</code> lists a real account.
      </p>
    );
  }
  return (
    <p class="lead">
      <strong>{counted(items, "item")}</strong> in {counted(collections, "collection")},{" "}
      {stale + unlisted + failed === 0 && "all of them fresh, "}
      {stale > 0 && <span class="bad">{count(stale)} stale, </span>}
      {unlisted > 0 && <span class="bad">{count(unlisted)} not listed yet, </span>}
      {failed > 0 && (
        <>
          <a class="bad" href={href("syncs", { outcome: "failed" })}>
            {count(failed)} failing
          </a>
          ,{" "}
        </>
      )}
      {unavailable > 0 && <>{count(unavailable)} unavailable in the account, </>}
      {pending > 0 && (
        <>
          <a href={href("syncs")}>{counted(pending, "removal")} pending</a>,{" "}
        </>
      )}
      {data.freshAt ? "the oldest listed " : "some never listed whole"}
      {data.freshAt && (
        <time datetime={data.freshAt} title={dateTime(data.freshAt, { ms: true })}>
          {ago(data.freshAt)}
        </time>
      )}
    </p>
  );
}

function Questions() {
  return (
    <nav class="questions" aria-label="Questions">
      {questions().map(([text, link]) => (
        <a key={text} href={link}>
          {text}
        </a>
      ))}
    </nav>
  );
}

/** The latest syncs that found something, across all sources. */
function Latest({ activities }: { activities: Activities }) {
  const syncs = activities.changing.slice(0, 7);
  return (
    <section class="card" aria-labelledby="latest">
      <header>
        <h2 id="latest">
          <a href={href("changes")}>Latest changes</a>
        </h2>
      </header>
      {syncs.length === 0 && <p class="quiet">Nothing has changed lately.</p>}
      <ol class="latest">
        {syncs.map((sync) => (
          <li key={`${sync.source} ${sync.at} ${sync.scope}`}>
            <a href={href("changes", { source: sync.source, since: before(sync.at), until: sync.at })}>
              <time datetime={sync.at} title={dateTime(sync.at, { ms: true })}>
                {ago(sync.at)}
              </time>
              <span class="what">{sync.source}</span>
            </a>
            <SyncChanges sync={sync} />
          </li>
        ))}
      </ol>
    </section>
  );
}
