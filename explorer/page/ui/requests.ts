import type { Endpoint } from "./api.ts";
import { type Params, queryOf, searchOf } from "./params.ts";

/* What a view asks, to be asked elsewhere: as curl and as a command. */

/** A text as a POSIX shell takes it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `curl -g 'http://127.0.0.1:8787/v1/items?source=…'` */
export function curlOf({ path }: Endpoint<unknown>, params: Params = {}): string {
  const query = queryOf(params);
  return `curl -g ${quoted(`${location.origin}${path}${query ? `?${query}` : ""}`)}`;
}

/** `npx stocktake items --source …`: options are called as the parameters are, filters are `--filter path=value`. */
export function commandOf(command: string, params: Params = {}): string {
  const options = [...searchOf(params)].flatMap(([name, value]) => {
    const [, path] = /^filter\[(.*)\]$/.exec(name) ?? [];
    return path === undefined ? [`--${name}`, quoted(value)] : ["--filter", quoted(`${path}=${value}`)];
  });
  return ["npx stocktake", command, ...options].join(" ");
}

/** `npx stocktake changes --since …`, with what the first listings found where that is asked for. */
export function changesCommand(query: Params, initial: boolean): string {
  return `${commandOf("changes", query)}${initial ? " --initial" : ""}`;
}

/** `npx stocktake diff 7d --source …` */
export function diffCommand({ from, to }: Readonly<Record<"from" | "to", string>>, coverage: Params): string {
  return commandOf(["diff", ...[from, to].filter(Boolean).map(quoted)].join(" "), coverage);
}

/** `npx stocktake lineage … --upstream`, or, along edges as they are stated, `npx stocktake graph`. */
export function lineageCommand(node: string, { direction = "", ...query }: Readonly<Record<string, string>>): string {
  if (!["downstream", "upstream"].includes(direction)) return commandOf("graph", { node, direction, ...query });
  return `${commandOf(`lineage ${quoted(node)}`, query)} --${direction}`;
}

/** AWS's own page of a resource, by its ARN. */
export function consoleLink(node: string): string | undefined {
  if (!/^arn:aws:[\w-]+:[\w-]*:\d*:.+/.test(node)) return undefined;
  return `https://console.aws.amazon.com/go/view?arn=${encodeURIComponent(node)}`;
}
