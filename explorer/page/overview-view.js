import { useState } from "preact/hooks";
import { readActivity } from "./activity.js";
import { ActivityPlot } from "./activity-plot.js";
import { pages } from "./api.js";
import { html } from "./html.js";
import { Busy, Failure, useInterval, useLoaded } from "./loading.js";
import { href } from "./route.js";
import { shownOf } from "./sources.js";
import { ago, aWeekAgo, before, dateTime, periodNamed } from "./time.js";
import { count, counted } from "./values.js";

const REFRESH_MS = 10_000;

/** Everything that is inventoried, at a glance. */
export function OverviewView() {
  const [turn, setTurn] = useState(0);
  useInterval(() => setTurn((last) => last + 1), REFRESH_MS);
  const { data, error, busy } = useLoaded(readSources, [turn]);
  // Syncs are many more than sources: they are read again less often.
  const activity = useLoaded(
    async (signal) => data && readActivity(data.sources, signal),
    [data !== undefined, Math.floor(turn / 6)],
  );
  return html`
    <h1>Inventory</h1>
    <${Summary} data=${data} />
    <${Failure} error=${error ?? activity.error} />
    <${Questions} />
    ${!data && html`<${Busy} busy=${busy} />`}
    <div class="cards">
      ${data?.sources.map(
        (source) => html`<${SourceCard} key=${source.id} source=${source} activity=${activity.data?.get(source.id)} />`,
      )}
      ${activity.data && html`<${Latest} activity=${activity.data} />`}
    </div>
  `;
}

/** Sources with all of their collections, however many pages the scopes take. */
async function readSources(signal) {
  const sources = new Map();
  let asOf = "";
  for await (const page of pages("/v1/sources", { limit: 1000 }, signal)) {
    asOf = page.asOf;
    for (const source of page.items) {
      const known = sources.get(source.id) ?? { ...source, collections: [] };
      for (const collection of source.collections) {
        const listed = known.collections.find(
          ({ account, region }) => account === collection.account && region === collection.region,
        );
        if (listed) listed.scopes.push(...collection.scopes);
        else known.collections.push({ ...collection, scopes: [...collection.scopes] });
      }
      sources.set(source.id, known);
    }
  }
  return { sources: [...sources.values()], asOf };
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function Summary({ data }) {
  if (!data) return html`<p class="lead">${" "}</p>`;
  const collections = data.sources.flatMap((source) => source.collections);
  const stale = collections.filter((collection) => collection.stale).length;
  if (collections.length === 0) {
    return html`<p class="lead">Nothing has been synced yet. <code>npx stocktake sync</code> lists a real account.</p>`;
  }
  return html`<p class="lead">
    <strong>${counted(sum(collections.map(({ items }) => items)), "item")}</strong> from
    ${" "}${counted(data.sources.filter((source) => source.collections.length > 0).length, "source")},
    ${" "}${stale === 0 ? "all of them fresh" : html`<span class="bad">${counted(stale, "collection")} stale</span>`},
    as of <time datetime=${data.asOf} title=${`${dateTime(data.asOf, { ms: true })} UTC`}>${ago(data.asOf)}</time>
  </p>`;
}

/** What people come to ask, one click away. */
function Questions() {
  const { since, until } = periodNamed("Yesterday");
  const month = periodNamed("Last month");
  const ended = {
    source: "cleanrooms.memberships",
    "filter[status]": ["REMOVED", "COLLABORATION_DELETED"],
    between: `document.updateTime,${month.since},${month.until}`,
    sort: "-document.updateTime",
  };
  const questions = [
    ["What changed yesterday?", href("changes", { since, until })],
    ["What did an artifact feed?", href("lineage")],
    ["Which memberships ended last month?", href("items", ended)],
    ["What was here a week ago?", href("items", { at: aWeekAgo() })],
  ];
  return html`<nav class="questions" aria-label="Questions">
    ${questions.map(([text, link]) => html`<a href=${link}>${text}</a>`)}
  </nav>`;
}

function SourceCard({ source, activity }) {
  const { id, operation, collections } = source;
  const items = sum(collections.map((collection) => collection.items));
  const counts = (name) => sum(collections.map((collection) => collection.counts[name]));
  const held = collections.flatMap((collection) => collection.scopes).filter((scope) => scope.held);
  return html`<section class="card" aria-labelledby=${`source-${id}`}>
    <header>
      <h2 id=${`source-${id}`}><a href=${href("items", { source: id })}>${id}</a></h2>
      <${Freshness} collections=${collections} syncing=${counts("syncing")} />
    </header>
    <p class="operation">${operation}, every ${source.everyMinutes} min</p>
    <div class="figures">
      <p class="figure"><b>${count(items)}</b> ${shownOf(id).things}</p>
      <${Totals} source=${id} activity=${activity} />
    </div>
    <${ActivityPlot} activity=${activity} label=${id} />
    <ul class="collections">
      ${collections.map((collection) => html`<${CollectionRow} source=${id} collection=${collection} />`)}
    </ul>
    ${held.map(
      ({ id: scope, held }) =>
        html`<p class="notice"><b>${counted(held.count, "removal")} held</b> in scope ${scope} since
        ${" "}${dateTime(held.since)}: ${held.reason}</p>`,
    )}
  </section>`;
}

function Freshness({ collections, syncing }) {
  if (collections.length === 0) return html`<span class="chip">never synced</span>`;
  const oldest = collections.map(({ completeAt }) => completeAt ?? "").sort()[0];
  const stale = collections.some((collection) => collection.stale);
  const when = oldest ? ago(oldest) : "never complete";
  return html`<span class=${`chip ${stale ? "chip-bad" : "chip-good"}`} title=${oldest && `complete at ${dateTime(oldest)} UTC`}>
    ${stale ? "stale, " : "fresh, "}${when}${syncing > 0 ? ", syncing" : ""}
  </span>`;
}

function Totals({ source, activity }) {
  if (!activity) return null;
  const { added, modified, removed } = activity.totals;
  const link = (kind, number, sign) =>
    html`<a class=${`kind-${kind}`} href=${href("changes", { source, kind, since: activity.since })}>
      <span aria-hidden="true">${sign}${count(number)}</span><span class="hidden">${count(number)} ${kind}</span>
    </a>`;
  return html`<p class="totals">
    ${link("added", added, "+")} ${link("modified", modified, "~")} ${link("removed", removed, "−")}
  </p>`;
}

function CollectionRow({ source, collection }) {
  const { account, region, items, counts, plan, scopes } = collection;
  const [scope] = scopes;
  const outcome = scopes.length === 1 && scopes.length === counts.scopes ? scope.outcome : worst(counts);
  const error = [...(plan?.error ? [plan.error] : []), ...scopes.flatMap((each) => each.error ?? [])][0];
  return html`<li>
    <a href=${href("items", { source, account, region })}>${account} ${region}</a>
    <span>${count(items)}</span>
    <span class="scopes">${counts.scopes > 1 ? counted(counts.scopes - counts.vanished, "scope") : ""}</span>
    <span class=${`outcome outcome-${outcome ?? "none"}`}>${outcome ?? "not tried"}</span>
    ${error && html`<span class="error">${error.code}: ${error.message}</span>`}
  </li>`;
}

function worst({ failed, held }) {
  return failed > 0 ? "failed" : held > 0 ? "held" : "complete";
}

/** The latest syncs that found something, across all sources. */
function Latest({ activity }) {
  const syncs = [...activity.values()]
    .flatMap(({ changing }) => changing)
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, 9);
  return html`<section class="card" aria-labelledby="latest">
    <header><h2 id="latest"><a href=${href("changes")}>Latest changes</a></h2></header>
    ${syncs.length === 0 && html`<p class="quiet">Nothing has changed lately.</p>`}
    <ol class="latest">
      ${syncs.map(
        (sync) => html`<li>
          <a href=${href("changes", { source: sync.source, since: before(sync.at), until: sync.at })}>
            <time datetime=${sync.at} title=${`${dateTime(sync.at, { ms: true })} UTC`}>${ago(sync.at)}</time>
            <span class="what">${sync.source}</span>
          </a>
          <span class="totals">
            ${sync.added > 0 && html`<span class="kind-added">+${count(sync.added)}</span>`}
            ${sync.modified > 0 && html` <span class="kind-modified">~${count(sync.modified)}</span>`}
            ${sync.removed > 0 && html` <span class="kind-removed">−${count(sync.removed)}</span>`}
          </span>
        </li>`,
      )}
    </ol>
  </section>`;
}
