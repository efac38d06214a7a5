import { dateTime, isInstant } from "./time.ts";
import { isObject } from "./values.ts";

/** A document as nested names and values. */
export function DocumentTree({ value }: { value: unknown }) {
  if (Array.isArray(value)) {
    if (value.length === 0) return <span class="quiet">none</span>;
    if (!isNested(value)) {
      return (
        <ul class="tree-list">
          {value.map((each, index) => (
            <li key={index}>
              <DocumentTree value={each} />
            </li>
          ))}
        </ul>
      );
    }
    return <Members members={value.map((each, index) => [`[${index}]`, each])} />;
  }
  if (isObject(value)) return <Members members={Object.entries(value)} />;
  if (isInstant(value)) {
    return (
      <span class="tree-time" title={value}>
        {dateTime(value)}
      </span>
    );
  }
  return <span class={`tree-${value === null ? "null" : typeof value}`}>{String(value)}</span>;
}

function Members({ members }: { members: readonly (readonly [string, unknown])[] }) {
  if (members.length === 0) return <span class="quiet">empty</span>;
  return (
    <dl class="tree">
      {members.map(([name, value]) => (
        <div key={name} class={isNested(value) ? "nested" : ""}>
          <dt>{name}</dt>
          <dd>
            <DocumentTree value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether a value takes more than a line. */
function isNested(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((each) => each !== null && typeof each === "object");
  return isObject(value) && Object.keys(value).length > 0;
}
