import { useLayoutEffect, useState } from "preact/hooks";
import { type Params, queryOf } from "./params.ts";

/** Every view is a URL: `#/view/id?parameters`. */
export interface Route {
  readonly view: string;
  readonly id: string;
  readonly params: URLSearchParams;
}

/** What every view is given. */
export type ViewProps = Pick<Route, "id" | "params">;

export function parseRoute(hash: string): Route {
  const [pathname = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [view = "", id = ""] = pathname.split("/");
  return { view: view || "overview", id: decoded(id), params: new URLSearchParams(query) };
}

/** A text that is not encoded as URLs are stands for itself: the API then says that there is no such id. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A link to a view. */
export function href(view: string, params: Params = {}, id = ""): string {
  const query = queryOf(params);
  const name = view === "overview" ? "" : view;
  return `#/${name}${id ? `/${encodeURIComponent(id)}` : ""}${query ? `?${query}` : ""}`;
}

export interface GoOptions {
  /** Leaves no trace in the history. */
  readonly replace?: boolean;
}

/** Goes to a view. */
export function go(link: string, { replace = false }: GoOptions = {}): void {
  if (link === location.hash) return;
  if (replace) {
    history.replaceState(null, "", link);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = link.slice(1);
  }
}

/** The current route, kept up to date. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  // At once: an address that changed before the effects of a first frame would be missed.
  useLayoutEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
