import { type ComponentType, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { Failure } from "./ui/failure.tsx";
import { useSourceIds } from "./ui/known-sources.ts";
import { Preferences } from "./ui/preferences.tsx";
import { href, type Route, useRoute, type ViewProps } from "./ui/route.ts";
import { SavedViews } from "./ui/saved-views.tsx";
import { currentZone, zoneName } from "./ui/zone.ts";
import { ChangesView } from "./views/changes.tsx";
import { CompareView } from "./views/compare.tsx";
import { ItemView } from "./views/item.tsx";
import { ItemsView } from "./views/items.tsx";
import { LineageView } from "./views/lineage.tsx";
import { OverviewView } from "./views/overview.tsx";
import { SearchBox } from "./views/search-box.tsx";
import { SyncsView } from "./views/syncs.tsx";

interface TitledView {
  readonly title: string;
  readonly View: ComponentType<ViewProps>;
}

const VIEWS: Readonly<Record<string, TitledView>> = {
  overview: { title: "Overview", View: OverviewView },
  items: { title: "Items", View: ItemsView },
  changes: { title: "Changes", View: ChangesView },
  compare: { title: "Compare", View: CompareView },
  lineage: { title: "Lineage", View: LineageView },
  syncs: { title: "Syncs", View: SyncsView },
};

const ITEM: TitledView = { title: "Item", View: ItemView };

function viewOf({ view, id }: Route): TitledView {
  if (view === "items" && id) return ITEM;
  return VIEWS[view] ?? { title: "No such view", View: NoSuchView };
}

function App() {
  const route = useRoute();
  const [zone, setZone] = useState(currentZone);
  const main = useRef<HTMLElement>(null);
  // What the sources say of their documents: once it is known, everything shown is called by its name.
  const sources = useSourceIds();
  const { title, View } = viewOf(route);
  const routeKey = `${route.view}/${route.id}`;
  const before = useRef(routeKey);
  useEffect(() => {
    document.title = title === "Overview" ? "Stocktake" : `${title} · Stocktake`;
    // A new view begins at its top, for eyes and for screen readers; the first one is where the browser begins anyway.
    if (before.current !== routeKey) {
      before.current = routeKey;
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
  }, [title, routeKey]);
  const skip = (event: Event) => {
    event.preventDefault();
    main.current?.focus();
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it goes to a part of the page, whose hash would name a view */}
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href={href("overview")} aria-label="Stocktake">
          <Mark />
          <span class="brand-name">Stocktake</span>
        </a>
        <nav aria-label="Views">
          {Object.entries(VIEWS).map(([view, { title }]) => (
            <a key={view} href={href(view)} aria-current={view === route.view ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <SearchBox views={VIEWS} />
        <SavedViews />
        <Preferences onZone={setZone} />
      </header>
      <main id="main" class={`view view-${route.view}`} tabindex={-1} ref={main}>
        <Failure of={sources} isHidden />
        <ErrorBoundary subject={`${routeKey}?${route.params}`}>
          <View key={`${zone} ${routeKey}`} id={route.id} params={route.params} />
        </ErrorBoundary>
      </main>
      <footer class="foot">Times are {zoneName()}. Every view is a link that can be shared.</footer>
    </>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M9 10C17 10 15 22 23 22M9 22c8 0 6-12 14-12" />
      <circle cx="8" cy="10" r="3.4" />
      <circle cx="8" cy="22" r="3.4" />
      <circle cx="24" cy="10" r="3.4" />
      <circle cx="24" cy="22" r="3.4" />
    </svg>
  );
}

function NoSuchView() {
  return (
    <>
      <h1>No such view</h1>
      <p>
        This page has no such view. <a href={href("overview")}>Go to the overview</a>.
      </p>
    </>
  );
}

const root = document.getElementById("app");
if (!root) throw new Error("the page has no element for the app");
root.replaceChildren();
render(<App />, root);
