import { useRef, useState } from "preact/hooks";
import { collect } from "./api.js";
import { csv } from "./csv.js";
import { download, fileTime } from "./download.js";
import { html } from "./html.js";
import { headOf } from "./item-table.js";
import { queryOf, sieveOf, sifted } from "./items-query.js";
import { Failure } from "./loading.js";
import { count, valueAt } from "./values.js";

/** Downloads of the whole filtered set, every page of it, all as of one instant. */
export function Downloads({ params, columns }) {
  const [read, setRead] = useState(undefined);
  const [error, setError] = useState(undefined);
  const abort = useRef(undefined);
  const start = async (write) => {
    abort.current = new AbortController();
    setError(undefined);
    setRead(0);
    try {
      const { signal } = abort.current;
      const { entries, asOf } = await collect("/v1/items", queryOf(params), { signal, onProgress: setRead });
      write(sifted(entries, sieveOf(params)), asOf);
    } catch (problem) {
      if (!abort.current.signal.aborted) setError(problem);
    } finally {
      setRead(undefined);
    }
  };
  const name = (asOf, extension) => `${params.get("source") || "items"}-${fileTime(asOf)}.${extension}`;
  const writeCsv = (items, asOf) => {
    const cells = ["id", "key", "state", ...columns.filter((column) => column !== "key" && column !== "state")];
    const rows = items.map((item) => cells.map((column) => valueAt(item, column)));
    download(name(asOf, "csv"), "text/csv;charset=utf-8", ["\ufeff", csv(cells.map(headOf), rows)]);
  };
  const writeJson = (items, asOf) => {
    const text = JSON.stringify({ asOf, items }, undefined, 2);
    download(name(asOf, "json"), "application/json", [text]);
  };
  return html`<div class="buttons" role="group" aria-label="Download all">
    ${
      read === undefined
        ? html`<button type="button" onClick=${() => start(writeCsv)}>Download CSV</button>
          <button type="button" onClick=${() => start(writeJson)}>Download JSON</button>`
        : html`<span role="status">read ${count(read)} items …</span>
          <button type="button" onClick=${() => abort.current.abort()}>Stop</button>`
    }
    <${Failure} error=${error} />
  </div>`;
}
