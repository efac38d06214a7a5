import type { TargetedEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { keep, readKept } from "./kept.ts";
import { Menu } from "./menu.tsx";

const KEY = "stocktake-views";

/** A view that the reader named. */
export interface SavedView {
  readonly name: string;
  /** Its address, `#/items?…`, which holds all of it. */
  readonly link: string;
}

/** The views that this browser keeps. What others have written there is passed over. */
export function savedViews(): SavedView[] {
  try {
    const kept: unknown = JSON.parse(readKept(KEY) || "[]");
    return Array.isArray(kept) ? kept.filter(isSavedView) : [];
  } catch {
    return [];
  }
}

function isSavedView(value: unknown): value is SavedView {
  const { name, link } = (value ?? {}) as Partial<SavedView>;
  return typeof name === "string" && typeof link === "string" && link.startsWith("#/");
}

/** Names the view that is shown, lists those that were named, and forgets them. */
export function SavedViews() {
  const [views, setViews] = useState(savedViews);
  const [name, setName] = useState("");
  const [isKept, setKept] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  const change = (next: readonly SavedView[]) => {
    setKept(keep(KEY, JSON.stringify(next)));
    setViews([...next]);
  };
  const forget = (view: SavedView) => {
    change(views.filter((other) => other !== view));
    // The button goes with its view: the keyboard goes on from the field.
    field.current?.focus();
  };
  const save = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    const chosen = name.trim();
    if (!chosen) return;
    const link = location.hash || "#/";
    change([...views.filter((view) => view.name !== chosen), { name: chosen, link }]);
    setName("");
  };
  const isTaken = views.some((view) => view.name === name.trim());
  return (
    <Menu label="Saved views" side="right">
      {views.length === 0 && <p class="quiet">A saved view keeps its filters, and stays in this browser.</p>}
      <ul class="entries">
        {views.map((view) => (
          <li key={view.name}>
            <a class="entry" href={view.link}>
              {view.name}
            </a>
            <button type="button" class="copy" aria-label={`Forget ${view.name}`} onClick={() => forget(view)}>
              ×
            </button>
          </li>
        ))}
      </ul>
      <form class="joined" onSubmit={save}>
        <input
          ref={field}
          aria-label="Name of this view"
          placeholder="Name this view"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit">{isTaken ? "Replace" : "Save"}</button>
      </form>
      {!isKept && (
        <p class="quiet" role="alert">
          This browser refuses to keep views. They are gone when you leave the page; a bookmark stays.
        </p>
      )}
    </Menu>
  );
}
