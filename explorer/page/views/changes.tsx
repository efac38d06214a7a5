import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { Change } from "../ui/answers.ts";
import { CHANGES } from "../ui/api.ts";
import { AsOf } from "../ui/as-of.tsx";
import { Choice, CoverageFields, InstantField, PeriodButtons, TextField } from "../ui/controls.tsx";
import { CopyMenu } from "../ui/copy.tsx";
import { DifferencesLine, DifferencesTable } from "../ui/differences-table.tsx";
import { DocumentTree } from "../ui/document-tree.tsx";
import { Ends } from "../ui/ends.tsx";
import { Failure } from "../ui/failure.tsx";
import { countSet, Fold } from "../ui/fold.tsx";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { usePaging } from "../ui/paging.tsx";
import { paramsWith } from "../ui/params.ts";
import { changesCommand, curlOf } from "../ui/requests.ts";
import { href, type ViewProps } from "../ui/route.ts";
import { titleOf } from "../ui/sources.ts";
import { ago, before, dateTime, periods } from "../ui/time.ts";
import { count, counted, sum } from "../ui/values.ts";
import { Calendar } from "./calendar.tsx";
import {
  type ChangesPage,
  type ChangesQuery,
  countKinds,
  KINDS,
  type KindCounts,
  NEWEST_FIRST,
  readChanges,
} from "./changes-query.ts";

/** The parameters that the fields set. */
const FIELDS = ["source", "account", "region", "scope", "kind", "q", "since", "until", "initial"];
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
    q: value("q"),
    initial: value("initial") || "false",
    since: params.get("since") ?? since,
    until: value("until"),
  };
  const loaded = useLoaded((signal) => readChanges(query, value("cursor"), signal), [params.toString()]);
  const counts = useLoaded((signal) => countKinds(query, signal), [paramsText(params)]);
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
              curl: curlOf(CHANGES, { ...query, ...NEWEST_FIRST }),
              command: changesCommand({ ...query, initial: "" }, query.initial === "true"),
              link: location.href,
            }}
          />
        </div>
      </div>
      <Fold label="Filters" count={countSet(params, FIELDS)}>
        <form class="fields" onSubmit={(event) => event.preventDefault()} aria-label="Which changes">
          <CoverageFields params={params} onChange={change} />
          <Choice label="Kind" name="kind" value={params.get("kind")} options={KINDS} all="all" onChange={change} />
          <TextField label="Words" name="q" value={query.q} placeholder="any part of them" onChange={change} />
          <InstantField label="Since" name="since" value={query.since} none="Reset" onChange={change} />
          <InstantField label="Until" name="until" value={query.until} onChange={change} />
          <label class="inline">
            <input
              type="checkbox"
              checked={query.initial === "true"}
              onChange={(event) => change({ initial: event.currentTarget.checked ? "true" : "" })}
            />
            First listings
          </label>
        </form>
      </Fold>
      <Calendar source={query.source} />
      <Failure of={loaded} />
      <Failure of={counts} />
      <div class="lead" role="status">
        {data && counts.data ? (
          <Counts data={data} counts={counts.data} query={query} params={params} />
        ) : busy ? (
          "Loading …"
        ) : (
          ""
        )}
      </div>
      {!data && busy && <Skeleton lines={20} />}
      {data && (
        <ol class="changes">
          {data.changes.map((each) => (
            <ChangeRow key={`${each.at}${each.id}`} change={each} />
          ))}
        </ol>
      )}
      {data && pager({ list: data })}
    </>
  );
}

/** What narrows the list, without its page and kind: what the kinds are counted by. */
function paramsText(params: URLSearchParams): string {
  const kept = new URLSearchParams(params);
  for (const name of ["cursor", "kind"]) kept.delete(name);
  return kept.toString();
}

interface CountsProps {
  readonly data: ChangesPage;
  readonly counts: KindCounts;
  readonly query: ChangesQuery;
  readonly params: URLSearchParams;
}

function Counts({ data, counts, query, params }: CountsProps) {
  const shown = counts.filter(([kind]) => !query.kind || kind === query.kind);
  const isCut = shown.some(([, , cut]) => cut);
  return (
    <>
      <strong>
        {isCut && "at least "}
        {counted(sum(shown.map(([, number]) => number)), "change")}
      </strong>{" "}
      since {dateTime(query.since)}
      {query.until && ` until ${dateTime(query.until)}`}:{" "}
      {counts.map(([kind, number]) => (
        <Fragment key={kind}>
          <a
            class={`kind-${kind}`}
            aria-current={query.kind === kind ? "true" : undefined}
            href={href("changes", paramsWith(params, { kind: query.kind === kind ? "" : kind, cursor: "" }))}
          >
            {count(number)} {kind}
          </a>{" "}
        </Fragment>
      ))}
      <span class="quiet">
        <AsOf asOf={data.asOf} />
      </span>
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
          <span class="what">{titleOf(change)}</span>
          <span class="source">{source}</span>
          {differences && <DifferencesLine differences={differences} />}
          {cause && <span class="line quiet">{cause}</span>}
        </summary>
        <div class="more">
          <p>
            <a href={link}>Open the item</a> · version {version} · {account} {region}
          </p>
          <Ends item={change} at={kind === "removed" ? before(at) : at} />
          {differences ? <DifferencesTable differences={differences} /> : <DocumentTree value={change.document} />}
        </div>
      </details>
    </li>
  );
}
