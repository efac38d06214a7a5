import type { TargetedEvent } from "preact";
import { useState } from "preact/hooks";
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
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
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
  const keep = (next: readonly SavedView[]) => {
    localStorage.setItem(KEY, JSON.stringify(next));
    setViews([...next]);
  };
  const save = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    const chosen = name.trim();
    if (!chosen) return;
    const link = location.hash || "#/";
    keep([...views.filter((view) => view.name !== chosen), { name: chosen, link }]);
    setName("");
  };
  return (
    <Menu label="Saved views" side="right">
      {views.length === 0 && <p class="quiet">A saved view keeps its filters, and stays in this browser.</p>}
      <ul class="entries">
        {views.map((view) => (
          <li key={view.name}>
            <a class="entry" href={view.link}>
              {view.name}
            </a>
            <button
              type="button"
              class="copy"
              aria-label={`Forget ${view.name}`}
              onClick={() => keep(views.filter((other) => other !== view))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <form class="joined" onSubmit={save}>
        <input
          aria-label="Name of this view"
          placeholder="Name this view"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit">Save</button>
      </form>
    </Menu>
  );
}
