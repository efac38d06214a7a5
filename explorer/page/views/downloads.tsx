import { useRef, useState } from "preact/hooks";
import { csv } from "../../../functions/api/csv.ts";
import type { Item } from "../ui/answers.ts";
import { collect, ITEMS } from "../ui/api.ts";
import { download, fileTime } from "../ui/download.ts";
import { count, valueAt } from "../ui/values.ts";
import { queryOf } from "./items-query.ts";

/** Downloads of the whole filtered set, every page of it, all as of one instant. */
export function Downloads({ params, columns }: { params: URLSearchParams; columns: readonly string[] }) {
  const [read, setRead] = useState<number | undefined>(undefined);
  const [error, setError] = useState<Error | undefined>(undefined);
  const abort = useRef<AbortController | undefined>(undefined);
  const start = async (write: (items: readonly Item[], asOf: string) => void) => {
    const controller = new AbortController();
    abort.current = controller;
    setError(undefined);
    setRead(0);
    try {
      const { signal } = controller;
      const { entries, asOf } = await collect(ITEMS, queryOf(params), { signal, onProgress: setRead });
      write(entries, asOf);
    } catch (problem) {
      if (!controller.signal.aborted) setError(problem instanceof Error ? problem : new Error(String(problem)));
    } finally {
      setRead(undefined);
    }
  };
  const name = (asOf: string, extension: string) => `${params.get("source") || "items"}-${fileTime(asOf)}.${extension}`;
  const writeCsv = (items: readonly Item[], asOf: string) => {
    const cells = ["id", "key", "state", ...columns.filter((column) => column !== "key" && column !== "state")];
    const rows = items.map((item) => cells.map((column) => valueAt(item, column)));
    download(name(asOf, "csv"), "text/csv;charset=utf-8", [
      "\ufeff",
      csv(
        cells.map((column) => column.replace(/^document\./, "")),
        rows,
      ),
    ]);
  };
  const writeJson = (items: readonly Item[], asOf: string) => {
    const text = JSON.stringify({ asOf, items }, undefined, 2);
    download(name(asOf, "json"), "application/json", [text]);
  };
  return (
    <div class="buttons" role="group" aria-label="Download all">
      {read === undefined ? (
        <>
          <button type="button" aria-label="Download CSV" onClick={() => start(writeCsv)}>
            CSV
          </button>
          <button type="button" aria-label="Download JSON" onClick={() => start(writeJson)}>
            JSON
          </button>
        </>
      ) : (
        <>
          <span role="status">read {count(read)} items …</span>
          <button type="button" onClick={() => abort.current?.abort()}>
            Stop
          </button>
        </>
      )}
      {error && (
        <p class="failure" role="alert">
          {error.message}
        </p>
      )}
    </div>
  );
}
