/* Parameters of a view or of a request. Views' have the API's own names, so a view's URL reads like the request behind it. */

export type ParamValue = string | number | boolean | null | undefined | readonly string[];
export type Params = Readonly<Record<string, ParamValue>>;

/** Parameters as a query. Those that are empty, undefined, null or false are left out; of a list each entry is one. */
export function searchOf(params: Params): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of typeof value === "object" && value !== null ? value : [value]) {
      if (one !== undefined && one !== "" && one !== false && one !== null) search.append(name, String(one));
    }
  }
  return search;
}

/** Parameters as the query of a URL, readable where a URL allows it: ARNs keep their colons and slashes. */
export function queryOf(params: Params): string {
  return searchOf(params)
    .toString()
    .replace(/%3A/g, ":")
    .replace(/%2F/g, "/")
    .replace(/%2C/g, ",")
    .replace(/%5B/g, "[")
    .replace(/%5D/g, "]");
}

/** The parameters as an object, with changes. `filter[…]` and others given twice become lists. */
export function paramsWith(params: URLSearchParams, changes: Params = {}): Record<string, ParamValue> {
  const all: Record<string, ParamValue> = {};
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    all[name] = values.length > 1 ? values : values[0];
  }
  return { ...all, ...changes };
}
