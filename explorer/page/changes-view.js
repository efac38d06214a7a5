import { useState } from "preact/hooks";
import { readChanges } from "./changes-query.js";
import { Choice, CoverageFields, InstantField, Pager, PeriodButtons } from "./controls.js";
import { DifferencesLine, DifferencesTable } from "./differences-table.js";
import { DocumentTree } from "./document-tree.js";
import { html } from "./html.js";
import { Failure, useLoaded } from "./loading.js";
import { go, href, paramsWith } from "./route.js";
import { titleOf } from "./sources.js";
import { ago, before, dateTime, periodNamed } from "./time.js";
import { count, counted } from "./values.js";

const KINDS = ["added", "modified", "removed"];
const MARKS = { added: "+", modified: "~", removed: "−" };

/** What changed in a period; without one, in the last days. */
export function ChangesView({ params }) {
  // A period's end stays where it is while the view is open, so that paging does.
  const [since] = useState(() => periodNamed("Last 7 days").since);
  const query = {
    ...Object.fromEntries(
      ["source", "account", "region", "scope", "kind", "until"].map((name) => [name, params.get(name) ?? ""]),
    ),
    since: params.get("since") ?? since,
  };
  const { data, error, busy } = useLoaded((signal) => readChanges(query, params, signal), [params.toString()]);
  const [passed, setPassed] = useState([]);
  const change = (changes) => {
    setPassed([]);
    go(href("changes", paramsWith(params, { ...changes, cursor: "", page: "" })));
  };
  const turn = (changes, before) => {
    setPassed(before);
    go(href("changes", paramsWith(params, changes)));
    scrollTo(0, 0);
  };
  return html`
    <div class="head"><h1>Changes</h1><${PeriodButtons} since=${query.since} until=${query.until} onChange=${change} /></div>
    <form class="fields" onSubmit=${(event) => event.preventDefault()} aria-label="Which changes">
      <${CoverageFields} params=${params} onChange=${change} />
      <${Choice} label="Kind" name="kind" value=${params.get("kind")} words=${KINDS} all="all" onChange=${change} />
      <${InstantField} label="Since" name="since" value=${query.since} none="Reset" onChange=${change} />
      <${InstantField} label="Until" name="until" value=${query.until} onChange=${change} />
    </form>
    <${Failure} error=${error} />
    <div class="lead" role="status">
      ${data ? html`<${Counts} data=${data} query=${query} params=${params} />` : busy ? "Loading …" : ""}
    </div>
    ${data && html`<ol class="changes">${data.changes.map((each) => html`<${ChangeRow} key=${`${each.at}${each.id}`} change=${each} />`)}</ol>`}
    ${data && html`<${ChangePager} data=${data} params=${params} passed=${passed} turn=${turn} />`}
  `;
}

function Counts({ data, query, params }) {
  const asOf = html`<span class="quiet">as of <time datetime=${data.asOf}>${dateTime(data.asOf, { ms: true })}</time></span>`;
  if (data.total === undefined) {
    return html`So many changes at once that they are shown in the log's order, oldest first, one collection after another.
    ${" "}${asOf}`;
  }
  const kinds = data.kinds.filter(([, number]) => number > 0);
  const from = data.rest ?? query.since;
  return html`<strong>${counted(data.total, "change")}</strong> since ${dateTime(from)}${query.until && ` until ${dateTime(query.until)}`}${kinds.length > 0 && ": "}
    ${kinds.map(([kind, number]) => html`<a class=${`kind-${kind}`} href=${href("changes", paramsWith(params, { kind, page: "" }))}>${count(number)} ${kind}</a> `)}
    ${asOf}
    ${data.rest && html`<p class="notice">Before that there are too many to show with them: <a href=${href("changes", paramsWith(params, { since: query.since, until: data.rest, page: "" }))}>see the older ones</a>.</p>`}`;
}

function ChangeRow({ change }) {
  const { at, kind, id, source, account, region, version, cause, differences } = change;
  // What was removed is read as it last was, anything else as it was right after the change.
  const link = href("items", { at: kind === "removed" ? before(at) : at }, id);
  return html`<li class=${`kind-${kind}`}>
    <details>
      <summary>
        <span class="mark" aria-hidden="true">${MARKS[kind]}</span>
        <time datetime=${at} title=${ago(at)}>${dateTime(at)}</time>
        <span class="hidden">${kind}: </span>
        <span class="what">${titleOf({ ...change, edge: edgeOf(change) })}</span>
        <span class="source">${source}</span>
        ${differences && html`<${DifferencesLine} differences=${differences} />`}
        ${cause && html`<span class="line quiet">${cause}</span>`}
      </summary>
      <div class="more">
        <p><a href=${link}>Open the item</a> · version ${version} · ${account} ${region}</p>
        ${differences ? html`<${DifferencesTable} differences=${differences} />` : html`<${DocumentTree} value=${change.document} />`}
      </div>
    </details>
  </li>`;
}

/** A change does not repeat its item's edge; its key's last two parts name the same ends where documents do not. */
function edgeOf({ source, key }) {
  if (source === "workspaces.images") return undefined;
  const parts = key.split("#").map((part) => part.replaceAll("%23", "#").replaceAll("%25", "%"));
  return parts.length > 1 ? { from: parts.at(-2), to: parts.at(-1) } : undefined;
}

function ChangePager({ data, params, passed, turn }) {
  const cursor = params.get("cursor") ?? "";
  if (data.page !== undefined) {
    const to = (page) => () => turn({ page: page > 1 ? page : "" }, []);
    return html`<${Pager}
      onFirst=${data.page > 1 && to(1)} onBefore=${data.page > 1 && to(data.page - 1)}
      onNext=${data.page < data.lastPage && to(data.page + 1)}
    >page ${data.page} of ${data.lastPage}<//>`;
  }
  return html`<${Pager}
    onFirst=${cursor && (() => turn({ cursor: "" }, []))}
    onBefore=${passed.length > 0 && (() => turn({ cursor: passed.at(-1) }, passed.slice(0, -1)))}
    onNext=${data.nextCursor && (() => turn({ cursor: data.nextCursor }, [...passed, cursor]))}
  />`;
}
