import type { ComponentChildren } from "preact";
import type { ItemAsOf } from "../ui/answers.ts";
import { ApiError, get, itemEndpoint } from "../ui/api.ts";
import { AsOf, isDataOf } from "../ui/as-of.tsx";
import { ConsoleLink } from "../ui/console-link.tsx";
import { InstantField, type OnChange } from "../ui/controls.tsx";
import { CopyMenu, IdLine } from "../ui/copy.tsx";
import { DocumentTree } from "../ui/document-tree.tsx";
import { Failure } from "../ui/failure.tsx";
import { isNotRecorded, Skeleton, useLoaded } from "../ui/loading.tsx";
import { paramsWith } from "../ui/params.ts";
import { commandOf, consoleLink, curlOf } from "../ui/requests.ts";
import { go, href, type ViewProps } from "../ui/route.ts";
import { kindOf, nodeOf, statusOf, titleOf } from "../ui/sources.ts";
import { ago, dateTime } from "../ui/time.ts";
import { ItemEdges } from "./item-edges.tsx";
import { ItemHistory } from "./item-history.tsx";

/** One item: what it is, what it was, and what it is connected with. */
export function ItemView({ id, params }: ViewProps) {
  const at = params.get("at") ?? "";
  const loaded = useLoaded((signal) => readItem(id, at, signal), [id, at]);
  const { data: item, error, busy } = loaded;
  const change: OnChange = (changes) => go(href("items", paramsWith(params, changes), id));
  return (
    <>
      <p class="trail">
        <a href={href("items", { source: item?.source, at })}>Items</a>
        {item && <> · {item.source}</>}
      </p>
      <div class="head">
        <h1>{item ? titleOf(item) : "Item"}</h1>
        <div class="buttons">
          <InstantField label="As of" name="at" value={at} onChange={change} />
          {item && kindOf(item) && (
            <>
              <a class="button" href={href("lineage", { node: nodeOf(item), direction: "upstream", at })}>
                Upstream
              </a>
              <a class="button" href={href("lineage", { node: nodeOf(item), at })}>
                Downstream
              </a>
            </>
          )}
          <CopyMenu
            texts={{
              curl: curlOf(itemEndpoint(id), { at }),
              command: commandOf(`show ${item?.shortId ?? id}`, { at }),
              link: location.href,
              ...(item && { "key or ARN": nodeOf(item) }),
              id,
            }}
          />
        </div>
      </div>
      <Failure of={loaded} at={at} />
      {!item && busy && <Skeleton lines={12} />}
      {item && (
        <p class="lead" role="status">
          {at && isDataOf(item.asOf, at) && <WasThere item={item} />}
          <AsOf asOf={item.asOf} at={at} />
        </p>
      )}
      {item && <Facts item={item} at={at} />}
      <div class="columns">
        {item && (
          <section aria-labelledby="document">
            <h2 id="document">Document</h2>
            <DocumentTree value={item.document} />
          </section>
        )}
        <div>
          {(item || isNotRecorded(error, at)) && <ItemHistory id={id} params={params} onChange={change} />}
          {item && <ItemEdges item={item} at={at} />}
        </div>
      </div>
    </>
  );
}

/** An item that was removed is its tombstone, which the API answers as a problem. */
async function readItem(id: string, at: string, signal: AbortSignal): Promise<ItemAsOf> {
  try {
    return await get(itemEndpoint(id), { at, names: true }, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 410 && error.problem.item) return error.problem.item;
    throw error;
  }
}

function Facts({ item, at }: { item: ItemAsOf; at: string }) {
  const time = (instant: string) => (
    <time datetime={instant} title={ago(instant)}>
      {dateTime(instant, { ms: true })}
    </time>
  );
  const status = statusOf(item);
  const kind = kindOf(item);
  const facts: [string, ComponentChildren][] = [
    ...(kind ? [["Type", kind] as [string, ComponentChildren]] : []),
    ["Listed", <State key="state" state={item.state} isKnown={isDataOf(item.asOf, at)} />],
    ...(status ? [["AWS status", <Status key="status" status={status} />] as [string, ComponentChildren]] : []),
    ["Account", item.account],
    ["Region", item.region],
    ["Scope", item.scope],
    ["Version", item.version],
    ["First seen", time(item.firstSeenAt)],
    ["Changed", time(item.changedAt)],
  ];
  if (item.removedAt) facts.push(["Removed", [time(item.removedAt), ` (${item.cause})`]]);
  facts.push(["Key", <IdLine key="key" text={item.key} what="key" />]);
  const node = nodeOf(item);
  if (node !== item.key)
    facts.push([node.startsWith("arn:") ? "ARN" : "AWS id", <IdLine key="arn" text={node} what="ARN" />]);
  if (consoleLink(node)) facts.push(["In AWS", <ConsoleLink key="console" node={node} />]);
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether the item was there at the instant asked for. */
function WasThere({ item: { state, removedAt } }: { item: ItemAsOf }) {
  if (state !== "removed") return <strong>It was there, </strong>;
  return <strong>It was not there any more: removed {dateTime(removedAt)}, </strong>;
}

/** What AWS says of a thing, which is listed all the same. */
function Status({ status }: { status: string }) {
  return <span class="chip">{status}</span>;
}

/** The state that an item is in, or, at an instant of which there is no data yet, was in last. */
function State({ state, isKnown }: { state: ItemAsOf["state"]; isKnown: boolean }) {
  if (!isKnown) return <span class="chip">{state} when last listed</span>;
  return <span class={`chip ${state === "removed" ? "chip-bad" : "chip-good"}`}>{state}</span>;
}
