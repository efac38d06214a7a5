import { useState } from "preact/hooks";
import { ColumnChoice } from "./column-choice.js";
import { Choice, CoverageFields, InstantField, Pager } from "./controls.js";
import { Downloads } from "./downloads.js";
import { FilterFields } from "./filter-fields.js";
import { html } from "./html.js";
import { ItemTable } from "./item-table.js";
import { columnsOf, readPage, sieveOf } from "./items-query.js";
import { Failure, useLoaded } from "./loading.js";
import { go, href, paramsWith } from "./route.js";
import { dateTime } from "./time.js";
import { count, counted, pathsOf } from "./values.js";

const SIZES = ["50", "200", "1000"];

/** A table of items, as they are or were. */
export function ItemsView({ params }) {
  const { data, error, busy } = useLoaded((signal) => readPage(params, signal), [params.toString()]);
  /** The cursors of the pages before this one, as far as they were seen. */
  const [passed, setPassed] = useState([]);
  const columns = columnsOf(params);
  const change = (changes) => {
    setPassed([]);
    go(href("items", paramsWith(params, { ...changes, cursor: "", page: "" })));
  };
  const turn = (changes, before) => {
    setPassed(before);
    go(href("items", paramsWith(params, changes)));
  };
  const paths = [...new Set(data?.items.flatMap((item) => pathsOf(item.document)) ?? [])].sort();
  return html`
    <div class="head">
      <h1>Items</h1>
      <${Downloads} params=${params} columns=${columns} />
    </div>
    <form class="fields" onSubmit=${(event) => event.preventDefault()} aria-label="Which items">
      <${CoverageFields} params=${params} onChange=${change} />
      <${Choice} label="State" name="state" value=${params.get("state") ?? "present"} words=${["present", "removed", "all"]} onChange=${change} />
      <${InstantField} label="As of" name="at" value=${params.get("at")} onChange=${change} />
      <${ColumnChoice} columns=${columns} paths=${paths} onChange=${change} />
    </form>
    <${FilterFields} params=${params} paths=${paths} onChange=${change} />
    <${Failure} error=${error} />
    <p class="lead" role="status">${data ? said(data, params) : busy ? "Loading …" : ""}</p>
    ${data && html`<${ItemTable} items=${data.items} columns=${columns} params=${params} busy=${busy} onChange=${change} />`}
    ${data && pager({ data, params, passed, turn, change })}
  `;
}

function said({ items, total, more, asOf }, params) {
  const sieve = sieveOf(params);
  const what = total === undefined ? `${counted(items.length, "item")} on this page` : counted(total, "item");
  const caveat = more ? `; only the first ${count(sieve.most)} were searched, add filters` : "";
  return html`${what}, as of <time datetime=${asOf}>${dateTime(asOf, { ms: true })}</time>${caveat}`;
}

function pager({ data, params, passed, turn, change }) {
  const size = params.get("limit") ?? SIZES[0];
  const sizes = html`<label class="inline">Rows
    <select value=${size} onChange=${(event) => change({ limit: event.target.value })}>
      ${SIZES.map((each) => html`<option value=${each}>${each}</option>`)}
    </select>
  </label>`;
  if (data.page !== undefined) {
    const to = (page) => () => turn({ page: page > 1 ? page : "" }, []);
    return html`<${Pager}
      onFirst=${data.page > 1 && to(1)} onBefore=${data.page > 1 && to(data.page - 1)}
      onNext=${data.page < data.lastPage && to(data.page + 1)}
    >page ${data.page} of ${data.lastPage} ${sizes}<//>`;
  }
  const cursor = params.get("cursor") ?? "";
  return html`<${Pager}
    onFirst=${cursor && (() => turn({ cursor: "" }, []))}
    onBefore=${passed.length > 0 && (() => turn({ cursor: passed.at(-1) }, passed.slice(0, -1)))}
    onNext=${data.nextCursor && (() => turn({ cursor: data.nextCursor }, [...passed, cursor]))}
  >${sizes}<//>`;
}
