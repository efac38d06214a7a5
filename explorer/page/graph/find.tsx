import { useMemo, useState } from "preact/hooks";
import { count } from "../ui/values.ts";
import type { Names } from "./names.ts";
import type { Graph } from "./query.ts";

interface FindInGraphProps {
  readonly frame: Graph;
  readonly names: Names;
  readonly onChoose: (node: string) => void;
}

/** Finds the nodes of the graph by a part of their name or ARN; Enter goes from one to the next. */
export function FindInGraph({ frame, names, onChoose }: FindInGraphProps) {
  const [text, setText] = useState("");
  const [index, setIndex] = useState(-1);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    return [...frame.nodes.keys()].filter((id) => `${names.describe(id).name}\n${id}`.toLowerCase().includes(wanted));
  }, [text, frame, names]);
  const goTo = (next: number) => {
    const node = found[next];
    setIndex(next);
    if (node !== undefined) onChoose(node);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || found.length === 0) return;
    event.preventDefault();
    goTo((index + (event.shiftKey ? found.length - 1 : 1)) % found.length);
  };
  return (
    <label class="field">
      <span>
        Find in graph{" "}
        <span role="status">
          {text.trim() &&
            (index >= 0 ? `${count(index + 1)} of ${count(found.length)}` : `${count(found.length)} found`)}
        </span>
      </span>
      <input
        type="search"
        value={text}
        placeholder="part of a name"
        onInput={(event) => {
          setText(event.currentTarget.value);
          setIndex(-1);
        }}
        onKeyDown={onKeyDown}
      />
    </label>
  );
}
