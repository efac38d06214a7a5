import { useState } from "preact/hooks";
import type { Collection, Sync } from "../ui/answers.ts";
import { approveRemovals, offersApprovals, SYNCS } from "../ui/api.ts";
import { Choice, CoverageFields, InstantField } from "../ui/controls.tsx";
import { CopyButton, CopyMenu } from "../ui/copy.tsx";
import { Failure } from "../ui/failure.tsx";
import { countSet, Fold } from "../ui/fold.tsx";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { useGrowing, usePaging } from "../ui/paging.tsx";
import { commandOf, curlOf } from "../ui/requests.ts";
import { href, type ViewProps } from "../ui/route.ts";
import { ago, before, dateTime, duration } from "../ui/time.ts";
import { count, counted, middleCut } from "../ui/values.ts";
import { type PendingRemovals, pendingIn, readCollections, readSyncs } from "./syncs-query.ts";

/** The parameters that the fields set. */
const FIELDS = ["source", "account", "region", "outcome", "since"];

export type Outcome = NonNullable<Collection["scopes"][number]["outcome"]>;

/** What the outcomes of syncs are called. */
export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  complete: "complete",
  held: "removals pending",
  failed: "failed",
  unavailable: "unavailable",
};

/** How syncs ended, and what waits for a person. */
export function SyncsView({ params }: ViewProps) {
  const value = (name: string) => params.get(name) ?? "";
  const query = {
    ...{ source: value("source"), account: value("account"), region: value("region") },
    ...{ outcome: value("outcome"), since: value("since") },
  };
  const loaded = useLoaded((signal) => readSyncs({ ...query, cursor: value("cursor") }, signal), [params.toString()]);
  const held = useGrowing((cursor, signal) => readCollections({ condition: "held", cursor }, signal), []);
  const { data, busy } = loaded;
  const { change, pager } = usePaging("syncs", params, () => scrollTo(0, 0));
  const pending = pendingIn(held.data?.flatMap(({ items }) => items) ?? []);
  const approvals = useLoaded(async (signal) => pending.length > 0 && offersApprovals(signal), [pending.length > 0]);
  const [first] = held.data ?? [];
  return (
    <>
      <div class="head">
        <h1>Syncs</h1>
        <CopyMenu texts={{ curl: curlOf(SYNCS, query), link: location.href }} />
      </div>
      <Failure of={held} />
      <section aria-labelledby="pending">
        <h2 id="pending">Pending removals</h2>
        {first && pending.length === 0 && <p class="quiet">None. Everything that is not listed any more is removed.</p>}
        {pending.map((each) => (
          <Pending
            key={`${each.source} ${each.account} ${each.region} ${each.scope}`}
            pending={each}
            canApprove={approvals.data === true}
          />
        ))}
        {first && held.more && (
          <button type="button" onClick={held.more} disabled={held.busy}>
            Show more of {counted(first.totals.conditions.held, "collection")} with pending removals
          </button>
        )}
      </section>
      <form class="fields" onSubmit={(event) => event.preventDefault()} aria-label="Which syncs">
        <Fold label="Filters" count={countSet(params, FIELDS)}>
          <CoverageFields params={params} onChange={change} />
          <Choice
            label="Outcome"
            name="outcome"
            value={params.get("outcome")}
            options={Object.keys(OUTCOMES)}
            all="all"
            onChange={change}
          />
          <InstantField label="Since" name="since" value={params.get("since")} none="Reset" onChange={change} />
        </Fold>
      </form>
      <Failure of={loaded} />
      {!data && busy && <Skeleton lines={16} />}
      {data && <SyncTable syncs={data.syncs} busy={busy} />}
      {data && pager({ list: data })}
    </>
  );
}

/** What a person may do about removals that are pending: look at them, wait for the next listing, or approve them. */
function Pending({ pending, canApprove }: { pending: PendingRemovals; canApprove: boolean }) {
  const { source, region, account, scope, since, reason } = pending;
  const command = commandOf("sync", { region, source, "approve-removals": source });
  return (
    <div class="notice">
      <p>
        <b>{counted(pending.count, "pending removal")}</b> of{" "}
        <a href={href("items", { source, account, region, scope })}>
          {source} in {account} {region}
        </a>
        {scope !== "all" && `, scope ${scope}`}, since {dateTime(since)}: {reason}.
      </p>
      <p>
        The items stay present until another listing confirms it. If they are really gone, approve with{" "}
        <code>{command}</code>
        <CopyButton text={command} what="command" />
      </p>
      {canApprove && <Approve pending={pending} />}
    </div>
  );
}

/** Approves removals, where the server is on this machine. */
function Approve({ pending: { source, account, region, count: number } }: { pending: PendingRemovals }) {
  const [state, setState] = useState<"ready" | "sent" | "approved" | Error>("ready");
  const approve = async () => {
    if (!confirm(`Remove ${counted(number, "item")} of ${source} that are no longer listed?`)) return;
    setState("sent");
    try {
      await approveRemovals({ source, account, region });
      setState("approved");
    } catch (error) {
      setState(error as Error);
    }
  };
  if (state === "approved") return <p role="status">Approved. The next sync removes them.</p>;
  return (
    <p>
      <button type="button" disabled={state === "sent"} onClick={approve}>
        Approve {counted(number, "removal")}
      </button>{" "}
      {state instanceof Error && <span role="alert">{state.message}</span>}
    </p>
  );
}

function SyncTable({ syncs, busy }: { syncs: readonly Sync[]; busy: boolean }) {
  return (
    <div class="table" role="region" aria-label="Syncs" tabindex={0} aria-busy={busy}>
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Source</th>
            <th scope="col">Account and region</th>
            <th scope="col">Scope</th>
            <th scope="col">Outcome</th>
            <th scope="col">Listed</th>
            <th scope="col">Changes</th>
            <th scope="col">Took</th>
            <th scope="col">What was wrong</th>
          </tr>
        </thead>
        <tbody>
          {withoutRepeats(syncs).map(({ sync, scopes }) => (
            <SyncRow
              key={`${sync.source} ${sync.account} ${sync.region} ${sync.scope} ${sync.startedAt}`}
              sync={sync}
              scopes={scopes}
            />
          ))}
          {syncs.length === 0 && (
            <tr>
              <td class="none" colspan={9}>
                No syncs match these filters.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

interface SyncRowEntry {
  readonly sync: Sync;
  /** How many scopes the row stands for. */
  readonly scopes: number;
}

/** Syncs of a collection's scopes that found nothing are one row, until one of the collection did. */
function withoutRepeats(syncs: readonly Sync[]): SyncRowEntry[] {
  const rows: SyncRowEntry[] = [];
  const rowOf = new Map<string, number>();
  for (const sync of syncs) {
    const at = rowOf.get(collectionOf(sync)) ?? rows.length;
    const last = rows[at];
    if (last && isUneventful(sync) && isUneventful(last.sync)) {
      const listed = last.sync.listed + sync.listed;
      rows[at] = { sync: { ...last.sync, listed }, scopes: last.scopes + 1 };
    } else {
      rowOf.set(collectionOf(sync), rows.length);
      rows.push({ sync, scopes: 1 });
    }
  }
  return rows;
}

const collectionOf = ({ source, account, region }: Sync): string => `${source} ${account} ${region}`;
const isUneventful = ({ outcome, scope, added, modified, removed, refused }: Sync): boolean =>
  outcome === "complete" && scope !== "all" && added + modified + removed + refused === 0;

function SyncRow({ sync, scopes }: SyncRowEntry) {
  const { source, account, region, scope, startedAt, outcome, listed, unchangedSyncs, durationMs, error } = sync;
  const wrong = error ? `${error.code}: ${error.message}` : (sync.heldReason ?? sync.refusals[0] ?? "");
  return (
    <tr>
      <th scope="row">
        <time datetime={startedAt} title={ago(startedAt)}>
          {dateTime(startedAt)}
        </time>
      </th>
      <td>{source}</td>
      <td>
        {account} {region}
      </td>
      <td title={scopes > 1 ? "" : scope}>
        {scopes > 1 ? counted(scopes, "scope") : scope === "all" ? "" : middleCut(scope, 28)}
      </td>
      <td>
        <span class={`outcome outcome-${outcome}`}>{OUTCOMES[outcome]}</span>
      </td>
      <td class="number">{count(listed)}</td>
      <td>
        <SyncChanges sync={sync} />
        {unchangedSyncs && unchangedSyncs.count > 1 && scopes === 1 && (
          <span class="quiet">, {count(unchangedSyncs.count)} times</span>
        )}
      </td>
      <td class="number">
        {durationMs === undefined ? "" : durationMs < 1000 ? `${durationMs} ms` : duration(durationMs)}
      </td>
      <td class="wide" title={wrong}>
        {wrong}
      </td>
    </tr>
  );
}

/** What a sync found, as a link to it. */
export function SyncChanges({ sync }: { sync: Sync }) {
  const { source, account, region, at, added, modified, removed } = sync;
  if (!at || added + modified + removed === 0) return <span class="quiet">none</span>;
  const parts = [
    ["added", "+", added],
    ["modified", "~", modified],
    ["removed", "−", removed],
  ] as const;
  return (
    <a class="totals" href={href("changes", { source, account, region, since: before(at), until: at })}>
      {parts.map(
        ([kind, sign, number]) =>
          number > 0 && (
            <span key={kind} class={`kind-${kind}`}>
              <span aria-hidden="true">{sign}</span>
              {count(number)}
              <span class="hidden"> {kind}</span>
            </span>
          ),
      )}
    </a>
  );
}
