import type { TargetedEvent } from "preact";
import { useState } from "preact/hooks";
import type { OnChange } from "../ui/controls.tsx";
import { headOf } from "../ui/words.ts";
import { isFilter } from "./items-query.ts";

/** How a filter compares: the API's operators, between path and value. */
const OPERATORS: Readonly<Record<string, string>> = {
  ":": "is",
  "!:": "is not",
  "~": "contains",
  "!~": "does not contain",
  "^": "begins with",
};

interface FilterFieldsProps {
  readonly params: URLSearchParams;
  /** The paths that are offered. */
  readonly paths: readonly string[];
  readonly onChange: OnChange;
}

/** The conditions on documents, one to remove or to add at a time. */
export function FilterFields({ params, paths, onChange }: FilterFieldsProps) {
  const [path, setPath] = useState("");
  const [operator, setOperator] = useState(":");
  const [value, setValue] = useState("");
  const filters = [...params].filter(([name]) => isFilter(name));
  const valuesOf = (name: string) => filters.filter(([other]) => other === name).map(([, each]) => each);
  const add = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!path.trim() || value === "") return;
    // Of one path any of its values will do, which only brackets say.
    const [name, condition] =
      operator === ":"
        ? [`filter[${path.trim()}]`, value]
        : ["filter", `${escaped(path.trim())}${operator}${escaped(value)}`];
    onChange({ [name]: [...valuesOf(name), condition] });
    setValue("");
  };
  return (
    <form class="filters" onSubmit={add} aria-label="Filters">
      {filters.map(([name, each]) => (
        <span key={`${name}=${each}`} class="filter">
          {conditionText(name, each)}
          <button
            type="button"
            aria-label={`Remove ${name}=${each}`}
            onClick={() => onChange({ [name]: valuesOf(name).filter((other) => other !== each) })}
          >
            ×
          </button>
        </span>
      ))}
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
            <option key={each} value={each}>
              {headOf(`document.${each}`)}
            </option>
          ))}
        </datalist>
        <label class="hidden" for="filter-operator">
          Filter: comparison
        </label>
        <select id="filter-operator" value={operator} onChange={(event) => setOperator(event.currentTarget.value)}>
          {Object.entries(OPERATORS).map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
        </select>
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

/** A text in which no character is an operator. */
const escaped = (text: string): string => text.replace(/[\\:~^!,]/g, "\\$&");

const CONDITION = /^((?:[^\\:~^!]|\\.)+)(!?(?::~|:|\^|~))(.+)$/s;

/** A filter as people read it. */
function conditionText(name: string, text: string) {
  const [, path = "", operator = "", value = text] = name === "filter" ? (CONDITION.exec(text) ?? []) : [];
  const plain = (part: string) => part.replace(/\\(.)/gs, "$1");
  const [member, comparison] =
    name === "filter" ? [plain(path), OPERATORS[operator] ?? operator] : [name.slice("filter[".length, -1), "is"];
  return (
    <>
      {headOf(`document.${member}`)} {comparison} <b>{name === "filter" ? plain(value) : text}</b>
    </>
  );
}
