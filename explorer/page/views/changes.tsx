import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { Change, Edge } from "../ui/answers.ts";
import { CHANGES } from "../ui/api.ts";
import { AsOf } from "../ui/as-of.tsx";
import { Choice, CoverageFields, InstantField, PeriodButtons } from "../ui/controls.tsx";
import { CopyMenu } from "../ui/copy.tsx";
import { DifferencesLine, DifferencesTable } from "../ui/differences-table.tsx";
import { DocumentTree } from "../ui/document-tree.tsx";
import { Failure, Skeleton, useLoaded } from "../ui/loading.tsx";
import { usePaging } from "../ui/paging.tsx";
import { paramsWith } from "../ui/params.ts";
import { commandOf, curlOf } from "../ui/requests.ts";
import { href, type ViewProps } from "../ui/route.ts";
import { titleOf } from "../ui/sources.ts";
import { ago, before, dateTime, periods } from "../ui/time.ts";
import { count, counted } from "../ui/values.ts";
import { Calendar } from "./calendar.tsx";
import { type ChangesPage, type ChangesQuery, readChanges } from "./changes-query.ts";

const KINDS = ["added", "modified", "removed"];
const MARKS = { added: "+", modified: "~", removed: "−" };

/** What changed in a period; without one, in the last days. */
export function ChangesView({ params }: ViewProps) {
  // A period's end stays where it is while the view is open, so that paging does.
  const [since] = useState(() => periods()["Last 7 days"].since);
  const value = (name: string) => params.get(name) ?? "";
  const query: ChangesQuery = {
    source: value("source"),
    account: value("account"),
    region: value("region"),
    scope: value("scope"),
    kind: value("kind"),
    since: params.get("since") ?? since,
    until: value("until"),
  };
  const loaded = useLoaded((signal) => readChanges(query, params, signal), [params.toString()]);
  const { data, busy } = loaded;
  const { change, pager } = usePaging("changes", params, () => scrollTo(0, 0));
  return (
    <>
      <div class="head">
        <h1>Changes</h1>
        <div class="buttons">
          <PeriodButtons since={query.since} until={query.until} onChange={change} />
          <CopyMenu
            texts={{
              curl: curlOf(CHANGES, { ...query }),
              command: commandOf("changes", { ...query }),
              link: location.href,
            }}
          />
        </div>
      </div>
      <form class="fields" onSubmit={(event) => event.preventDefault()} aria-label="Which changes">
        <CoverageFields params={params} onChange={change} />
        <Choice label="Kind" name="kind" value={params.get("kind")} options={KINDS} all="all" onChange={change} />
        <InstantField label="Since" name="since" value={query.since} none="Reset" onChange={change} />
        <InstantField label="Until" name="until" value={query.until} onChange={change} />
      </form>
      <Calendar source={query.source} />
      <Failure of={loaded} />
      <div class="lead" role="status">
        {data ? <Counts data={data} query={query} params={params} /> : busy ? "Loading …" : ""}
      </div>
      {!data && busy && <Skeleton lines={20} />}
      {data && (
        <ol class="changes">
          {data.changes.map((each) => (
            <ChangeRow key={`${each.at}${each.id}`} change={each} />
          ))}
        </ol>
      )}
      {data && pager({ list: { ...data, ...data.newest } })}
    </>
  );
}

function Counts({ data, query, params }: { data: ChangesPage; query: ChangesQuery; params: URLSearchParams }) {
  const asOf = (
    <span class="quiet">
      <AsOf asOf={data.asOf} />
    </span>
  );
  if (!data.newest) {
    return (
      <>
        So many changes at once that they are shown in the log's order, oldest first, one collection after another.{" "}
        {asOf}
      </>
    );
  }
  const { total, rest } = data.newest;
  const kinds = data.newest.kinds.filter(([, number]) => number > 0);
  return (
    <>
      <strong>{counted(total, "change")}</strong> since {dateTime(rest ?? query.since)}
      {query.until && ` until ${dateTime(query.until)}`}
      {kinds.length > 0 && ": "}
      {kinds.map(([kind, number]) => (
        <Fragment key={kind}>
          <a class={`kind-${kind}`} href={href("changes", paramsWith(params, { kind, page: "" }))}>
            {count(number)} {kind}
          </a>{" "}
        </Fragment>
      ))}
      {asOf}
      {rest && (
        <p class="notice">
          Before that there are too many to show with them:{" "}
          <a href={href("changes", paramsWith(params, { since: query.since, until: rest, page: "" }))}>
            see the older ones
          </a>
          .
        </p>
      )}
    </>
  );
}

function ChangeRow({ change }: { change: Change }) {
  const { at, kind, id, source, account, region, version, cause, differences } = change;
  // What was removed is read as it last was, anything else as it was right after the change.
  const link = href("items", { at: kind === "removed" ? before(at) : at }, id);
  return (
    <li class={`kind-${kind}`}>
      <details>
        <summary>
          <span class="mark" aria-hidden="true">
            {MARKS[kind]}
          </span>
          <time datetime={at} title={ago(at)}>
            {dateTime(at)}
          </time>
          <span class="hidden">{kind}: </span>
          <span class="what">{titleOf({ ...change, edge: edgeOf(change) })}</span>
          <span class="source">{source}</span>
          {differences && <DifferencesLine differences={differences} />}
          {cause && <span class="line quiet">{cause}</span>}
        </summary>
        <div class="more">
          <p>
            <a href={link}>Open the item</a> · version {version} · {account} {region}
          </p>
          {differences ? <DifferencesTable differences={differences} /> : <DocumentTree value={change.document} />}
        </div>
      </details>
    </li>
  );
}

/** A change does not repeat its item's edge; its key's last two parts name the same ends where documents do not. */
function edgeOf({ source, key }: Change): Edge | undefined {
  if (source === "workspaces.images") return undefined;
  const parts = key.split("#").map((part) => part.replaceAll("%23", "#").replaceAll("%25", "%"));
  const [from, to] = parts.slice(-2);
  return from !== undefined && to !== undefined ? { from, to } : undefined;
}
