import { useState } from "preact/hooks";
import { Failure } from "../ui/failure.tsx";
import { readSources, type Sources } from "../ui/known-sources.ts";
import { Skeleton, useInterval, useLoaded } from "../ui/loading.tsx";
import { href } from "../ui/route.ts";
import { ago, before, dateTime } from "../ui/time.ts";
import { counted, sum } from "../ui/values.ts";
import { type Activity, readActivity } from "./activity.ts";
import { questions } from "./questions.ts";
import { isUnavailable, SourceCard } from "./source-card.tsx";
import { SyncChanges } from "./syncs.tsx";
import { pendingIn } from "./syncs-query.ts";

const REFRESH_MS = 10_000;
const SKELETONS = [1, 2, 3, 4, 5, 6];

/** Everything that is inventoried, at a glance. */
export function OverviewView() {
  const [turn, setTurn] = useState(0);
  useInterval(() => setTurn((last) => last + 1), REFRESH_MS);
  const sources = useLoaded(readSources, [turn]);
  const { data, busy } = sources;
  // Syncs are many more than sources: they are read again less often.
  const activity = useLoaded(
    async (signal) => data && readActivity(data.sources, signal),
    [data !== undefined, Math.floor(turn / 6)],
  );
  return (
    <>
      <h1>Inventory</h1>
      <Summary data={data} />
      <Failure of={sources.error ? sources : activity} />
      <Questions />
      <div class="cards">
        {!data && busy && SKELETONS.map((each) => <Skeleton key={each} lines={7} />)}
        {activity.data && <Latest activity={activity.data} />}
        {data?.sources.map((source) => (
          <SourceCard key={source.id} source={source} activity={activity.data?.get(source.id)} />
        ))}
      </div>
    </>
  );
}

function Summary({ data }: { data: Sources | undefined }) {
  if (!data) return <p class="lead"> </p>;
  const collections = data.sources.flatMap((source) => source.collections);
  const stale = collections.filter((collection) => collection.stale).length;
  const failing = collections.filter(({ counts }) => counts.failed > 0).length;
  const unavailable = collections.filter(isUnavailable).length;
  const pending = sum(pendingIn(data.sources).map((each) => each.count));
  if (collections.length === 0) {
    return (
      <p class="lead">
        Nothing has been synced yet. <code>npx stocktake sync</code> lists a real account.
      </p>
    );
  }
  return (
    <p class="lead">
      <strong>{counted(sum(collections.map(({ items }) => items)), "item")}</strong> from{" "}
      {counted(data.sources.filter((source) => source.collections.length > 0).length, "source")},{" "}
      {stale === 0 ? "all of them fresh" : <span class="bad">{counted(stale, "collection")} stale</span>},{" "}
      {failing > 0 && (
        <>
          <a class="bad" href={href("syncs", { outcome: "failed" })}>
            {counted(failing, "collection")} failing
          </a>
          ,{" "}
        </>
      )}
      {unavailable > 0 && <>{counted(unavailable, "collection")} unavailable in the account, </>}
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
function Latest({ activity }: { activity: ReadonlyMap<string, Activity> }) {
  const syncs = [...activity.values()]
    .flatMap(({ changing }) => changing)
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, 7);
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
