import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ChangesView } from "./changes-view.js";
import { html } from "./html.js";
import { ItemView } from "./item-view.js";
import { ItemsView } from "./items-view.js";
import { LineageView } from "./lineage-view.js";
import { OverviewView } from "./overview-view.js";
import { href, useRoute } from "./route.js";

const VIEWS = {
  overview: { title: "Overview", View: OverviewView },
  items: { title: "Items", View: ItemsView },
  changes: { title: "Changes", View: ChangesView },
  lineage: { title: "Lineage", View: LineageView },
};

const ITEM = { title: "Item", View: ItemView };

function viewOf({ view, id }) {
  if (view === "items" && id) return ITEM;
  return VIEWS[view] ?? { title: "No such view", View: NoSuchView };
}

function App() {
  const route = useRoute();
  const main = useRef(null);
  const { title, View } = viewOf(route);
  const routeKey = `${route.view}/${route.id}`;
  const before = useRef(routeKey);
  useEffect(() => {
    document.title = title === "Overview" ? "Stocktake" : `${title} · Stocktake`;
    // A new view begins at its top, for eyes and for screen readers; the first one is where the browser begins anyway.
    if (before.current !== routeKey) {
      before.current = routeKey;
      scrollTo(0, 0);
      main.current.focus({ preventScroll: true });
    }
  }, [title, routeKey]);
  const skip = (event) => {
    event.preventDefault();
    main.current.focus();
  };
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="bar">
      <a class="brand" href=${href("overview")}><${Mark} />Stocktake</a>
      <nav aria-label="Views">
        ${Object.entries(VIEWS).map(
          ([view, { title }]) =>
            html`<a href=${href(view)} aria-current=${view === route.view ? "page" : undefined}>${title}</a>`,
        )}
      </nav>
      <a class="quiet" href="/v1/docs">API</a>
      <${ThemeChoice} />
    </header>
    <main id="main" class=${`view view-${route.view}`} tabindex="-1" ref=${main}>
      <${View} key=${routeKey} id=${route.id} params=${route.params} />
    </main>
    <footer class="foot">All times are UTC. Every view is a link that can be shared.</footer>
  `;
}

function Mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M9 10C17 10 15 22 23 22M9 22c8 0 6-12 14-12" />
    <circle cx="8" cy="10" r="3.4" /><circle cx="8" cy="22" r="3.4" />
    <circle cx="24" cy="10" r="3.4" /><circle cx="24" cy="22" r="3.4" />
  </svg>`;
}

const THEMES = { auto: "System", light: "Light", dark: "Dark" };

function ThemeChoice() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? "auto");
  const choose = (event) => {
    const { value } = event.target;
    setTheme(value);
    if (value === "auto") {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem("stocktake-theme");
    } else {
      document.documentElement.dataset.theme = value;
      localStorage.setItem("stocktake-theme", value);
    }
  };
  return html`<label class="theme">
    <span class="hidden">Colours</span>
    <select value=${theme} onChange=${choose}>
      ${Object.entries(THEMES).map(([value, name]) => html`<option value=${value}>${name}</option>`)}
    </select>
  </label>`;
}

function NoSuchView() {
  return html`<h1>No such view</h1>
    <p>This page has no such view. <a href=${href("overview")}>Go to the overview</a>.</p>`;
}

const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
