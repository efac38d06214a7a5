import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { NetChange } from "../ui/answers.ts";
import { DIFF, get } from "../ui/api.ts";
import { CoverageFields, InstantField } from "../ui/controls.tsx";
import { CopyMenu } from "../ui/copy.tsx";
import { DifferencesLine, DifferencesTable } from "../ui/differences-table.tsx";
import { DocumentTree } from "../ui/document-tree.tsx";
import { Ends } from "../ui/ends.tsx";
import { Failure } from "../ui/failure.tsx";
import { countSet, Fold } from "../ui/fold.tsx";
import { useSourceIds } from "../ui/known-sources.ts";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { usePaging } from "../ui/paging.tsx";
import { paramsWith } from "../ui/params.ts";
import { curlOf, diffCommand } from "../ui/requests.ts";
import { href, type ViewProps } from "../ui/route.ts";
import { titleOf } from "../ui/sources.ts";
import { aWeekAgo, dateTime } from "../ui/time.ts";
import { counted } from "../ui/values.ts";
import { zoneName } from "../ui/zone.ts";

/** How many differences are shown of one source, and of each of several. */
const SIZE = 100;
const SIZE_OF_SEVERAL = 10;
/** How far below what is seen the next sources are read. */
const AHEAD = "160px";
/** The parameters that the fields set. */
const FIELDS = ["from", "to", "source", "account", "region"];
const MARKS = { added: "+", modified: "~", removed: "−" };

/** What differs between two instants, whatever happened in between. */
export function CompareView({ params }: ViewProps) {
  const [lastWeek] = useState(() => aWeekAgo());
  const { change } = usePaging("compare", params);
  const sources = useSourceIds();
  const known = sources.data ?? [];
  const value = (name: string) => params.get(name) ?? "";
  const query = {
    from: value("from") || lastWeek,
    to: value("to"),
    account: value("account"),
    region: value("region"),
  };
  const chosen = value("source");
  const coverage = { source: chosen, account: query.account, region: query.region };
  const texts = { curl: curlOf(DIFF, { ...query, source: chosen }), command: diffCommand(query, coverage) };
  return (
    <>
      <div class="head">
        <h1>Compare</h1>
        <CopyMenu texts={{ ...texts, link: location.href }} />
      </div>
      <form class="fields" onSubmit={(event) => event.preventDefault()} aria-label="What to compare">
        <Fold label="Filters" count={countSet(params, FIELDS)}>
          <InstantField label="From" name="from" value={query.from} none="Reset" onChange={change} />
          <InstantField label="To" name="to" value={query.to} onChange={change} />
          <CoverageFields params={params} onChange={change} />
        </Fold>
      </form>
      <p class="lead">
        What differs between {dateTime(query.from)} and {query.to ? dateTime(query.to) : "now"}, {zoneName()}.
      </p>
      <Failure of={sources} />
      {!chosen && !sources.data && sources.busy && <Skeleton lines={12} />}
      {(chosen ? [chosen] : known).map((source) => (
        <Differences
          key={`${source} ${chosen !== ""}`}
          source={source}
          query={query}
          params={params}
          isAlone={chosen !== ""}
        />
      ))}
    </>
  );
}

interface DifferencesProps {
  readonly source: string;
  readonly query: Readonly<Record<"from" | "to" | "account" | "region", string>>;
  readonly params: URLSearchParams;
  /** Whether it is the only source shown. */
  readonly isAlone: boolean;
}

/** What differs of one source. */
function Differences({ source, query, params, isAlone }: DifferencesProps) {
  const { pager } = usePaging("compare", params, () => scrollTo(0, 0));
  const section = useRef<HTMLElement>(null);
  const isNear = useNear(section, isAlone);
  const cursor = isAlone ? (params.get("cursor") ?? "") : "";
  const limit = isAlone ? SIZE : SIZE_OF_SEVERAL;
  const loaded = useLoaded(
    async (signal) => (isNear ? get(DIFF, { ...query, source, limit, names: true, cursor }, signal) : undefined),
    [isNear, params.toString()],
  );
  const { data, busy } = loaded;
  return (
    <section ref={section} aria-labelledby={`differences-${source}`}>
      <h2 id={`differences-${source}`}>{source}</h2>
      <Failure of={loaded} />
      {!data && (busy || !isNear) && <Skeleton lines={3} />}
      {!data && !busy && loaded.error && <p class="quiet">Not loaded.</p>}
      {data?.items.length === 0 && <p class="quiet">Nothing differs.</p>}
      {data && data.items.length > 0 && (
        <ol class="changes">
          {data.items.map((each) => (
            <DifferenceRow key={each.id} difference={each} from={data.from} />
          ))}
        </ol>
      )}
      {data?.nextCursor && !isAlone && (
        <p>
          These are the first {counted(data.items.length, "difference")}.{" "}
          <a href={href("compare", paramsWith(params, { source }))}>See all of {source}</a>
        </p>
      )}
      {data && isAlone && pager({ list: data })}
    </section>
  );
}

/** Whether an element has come near what is seen. */
function useNear(element: RefObject<HTMLElement | null>, isAlways: boolean): boolean {
  const [isNear, setNear] = useState(isAlways);
  useEffect(() => {
    if (isNear || !element.current) return undefined;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), {
      rootMargin: AHEAD,
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isNear]);
  return isNear;
}

function DifferenceRow({ difference, from }: { difference: NetChange; from: string }) {
  const { kind, id, account, region, before: earlier, after: later, differences } = difference;
  const version = later ?? earlier;
  if (!version) return null;
  const { document, edge, changedAt } = version;
  const item = { ...difference, document, edge };
  return (
    <li class={`kind-${kind}`}>
      <details>
        <summary>
          <span class="mark" aria-hidden="true">
            {MARKS[kind]}
          </span>
          <span class="hidden">{kind}: </span>
          <span class="what">{titleOf(item)}</span>
          <span class="source">
            {account} {region}
          </span>
          {differences && <DifferencesLine differences={differences} />}
        </summary>
        <div class="more">
          <p>
            <a href={href("items", { at: later ? changedAt : from }, id)}>Open the item</a> ·{" "}
            {later ? `since ${dateTime(changedAt)}` : "not there any more"}
          </p>
          <Ends item={item} at={later ? changedAt : from} />
          {differences ? <DifferencesTable differences={differences} /> : <DocumentTree value={document} />}
        </div>
      </details>
    </li>
  );
}
