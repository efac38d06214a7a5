import type { TargetedEvent } from "preact";
import { useState } from "preact/hooks";
import type { OnChange } from "../ui/controls.tsx";
import { dateTime } from "../ui/time.ts";

interface FilterFieldsProps {
  readonly params: URLSearchParams;
  /** The paths that are offered. */
  readonly paths: readonly string[];
  readonly onChange: OnChange;
}

/** The conditions on documents: `filter[path]=value`, one to remove or to add at a time. */
export function FilterFields({ params, paths, onChange }: FilterFieldsProps) {
  const [path, setPath] = useState("");
  const [value, setValue] = useState("");
  const filters = [...params].filter(([name]) => name.startsWith("filter["));
  const valuesOf = (name: string) => filters.filter(([other]) => other === name).map(([, each]) => each);
  const [between, from, until] = (params.get("between") ?? "").split(",");
  const add = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!path.trim() || value === "") return;
    const name = `filter[${path.trim()}]`;
    onChange({ [name]: [...valuesOf(name), value] });
    setValue("");
  };
  return (
    <form class="filters" onSubmit={add} aria-label="Filters">
      {filters.map(([name, each]) => (
        <span key={`${name}=${each}`} class="filter">
          {name.slice("filter[".length, -1)} = <b>{each}</b>
          <button
            type="button"
            aria-label={`Remove ${name}=${each}`}
            onClick={() => onChange({ [name]: valuesOf(name).filter((other) => other !== each) })}
          >
            ×
          </button>
        </span>
      ))}
      {between && (
        <span class="filter">
          {between.replace(/^document\./, "")} from <b>{dateTime(from)}</b>
          {until && (
            <>
              {" "}
              until <b>{dateTime(until)}</b>
            </>
          )}
          <button type="button" aria-label="Remove the period" onClick={() => onChange({ between: "" })}>
            ×
          </button>
        </span>
      )}
      <span class="filter-new">
        <label class="hidden" for="filter-path">
          Filter: path in the document
        </label>
        <input
          id="filter-path"
          list="filter-paths"
          placeholder="path"
          autocomplete="off"
          value={path}
          onInput={(event) => setPath(event.currentTarget.value)}
        />
        <datalist id="filter-paths">
          {paths.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <span aria-hidden="true">=</span>
        <label class="hidden" for="filter-value">
          Filter: value
        </label>
        <input
          id="filter-value"
          placeholder="value"
          autocomplete="off"
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
        <button type="submit">Add filter</button>
      </span>
    </form>
  );
}
