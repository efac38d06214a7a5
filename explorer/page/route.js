import { useEffect, useState } from "preact/hooks";

/*
 * Every view is a URL: `#/view/id?parameters`. Parameters have the API's own names, so a view's URL reads like the
 * request behind it.
 */

/** @typedef {{ view: string, id: string, params: URLSearchParams }} Route */

/** @returns {Route} */
export function parseRoute(hash) {
  const [pathname = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [view = "", id = ""] = pathname.split("/");
  return { view: view || "overview", id: decodeURIComponent(id), params: new URLSearchParams(query) };
}

/**
 * A link to a view. Parameters that are empty, undefined or false are left out; of a list each entry is one.
 * @param {string} view @param {Record<string, unknown>} [params] @param {string} [id]
 */
export function href(view, params = {}, id = "") {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== "" && one !== false && one !== null) search.append(name, String(one));
    }
  }
  // Readable where a URL allows it: ARNs keep their colons and slashes.
  const query = search
    .toString()
    .replace(/%3A/g, ":")
    .replace(/%2F/g, "/")
    .replace(/%2C/g, ",")
    .replace(/%5B/g, "[")
    .replace(/%5D/g, "]");
  const name = view === "overview" ? "" : view;
  return `#/${name}${id ? `/${encodeURIComponent(id)}` : ""}${query ? `?${query}` : ""}`;
}

/** Goes to a view; `replace` leaves no trace in the history. */
export function go(link, { replace = false } = {}) {
  if (link === location.hash) return;
  if (replace) {
    history.replaceState(null, "", link);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = link.slice(1);
  }
}

/** The parameters as an object, with changes: what `href` takes. `filter[…]` and others given twice become lists. */
export function paramsWith(params, changes = {}) {
  const all = {};
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    all[name] = values.length > 1 ? values : values[0];
  }
  return { ...all, ...changes };
}

/** The current route, kept up to date. */
export function useRoute() {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
