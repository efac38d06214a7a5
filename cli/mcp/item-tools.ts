import type { changeBody, ItemBody } from "../../functions/api/items.ts";
import type { ItemNames } from "../../functions/api/names.ts";
import type { Entry } from "../../functions/api/schemas/responses.ts";
import { epochMs, instantOf } from "../../functions/model/instant.ts";
import type { Query } from "../read/api.ts";
import type { Found } from "../read/find-item.ts";
import {
  at,
  choice,
  conditions,
  count,
  documentPaths,
  flag,
  instant,
  optional,
  page,
  partOn,
  required,
  requiredInstant,
  where,
  words,
} from "./arguments.ts";
import { listAnswer, wholeAnswer } from "./bounded.ts";
import { idOfItem, remember } from "./known-ids.ts";
import { type Answer, type Tool, tool } from "./tool.ts";

/** Questions about items and their changes. */

const MEMBERS = [
  ...["id", "shortId", "name", "source", "account", "region", "key", "state", "firstSeenAt", "changedAt", "removedAt"],
  ...["cause", "edge"],
];

/** The members that the API is to return: those that an agent is shown, and the paths into the document. */
function fieldsOf(paths: readonly string[] = []): string {
  return [...MEMBERS, ...paths.map((path) => `document.${path.replaceAll(",", "\\,")}`)].join(",");
}

/** The document on the paths, as a member; none when nothing is on them. */
function documentMember(document: unknown, paths: readonly string[] | undefined): { readonly document?: unknown } {
  const part = partOn(document, paths);
  return part === undefined ? {} : { document: part };
}

/** The name first, and of the two ids the short one. */
function shownItem({
  name,
  id,
  ...item
}: Pick<ItemBody, "id" | "shortId"> & Partial<ItemBody> & { readonly name?: string }): Answer {
  remember(item.shortId, id);
  return { name, ...item };
}

const searchTool = tool({
  name: "search",
  title: "Search items",
  description:
    "Find items by words or parts of words in their names, keys (ARNs) and documents. Best first: rank says whether the words are the whole " +
    "name (exact), its beginning (prefix), in it (name), or elsewhere (text); matched says where. Start here when you know what something is called.",
  args: {
    q: required("The words. All must be found, in any case."),
    ...where(),
    state: choice(["present", "removed", "all"], "Of which state. Default: present."),
    at: at(),
    documentPaths: documentPaths(),
    ...page(20, "items"),
  },
  answer: (api, { documentPaths, limit, cursor, ...given }) =>
    listAnswer<Found>(api, {
      ...{
        path: "/v1/search",
        query: queryOf({ ...given, names: true, fields: fieldsOf(documentPaths) }),
        limit,
        cursor,
      },
      show: shownItem,
    }),
});

const listItemsTool = tool({
  name: "list_items",
  title: "List items",
  description:
    "List the AWS resources of the inventory, now or as they were at an instant, with filters, in any order. Without cursor the first page; " +
    "count tells how many there are in all.",
  args: {
    ...where(),
    state: choice(["present", "removed", "all"], "Of which state. Default: present."),
    q: words("Only items with these words."),
    filter: conditions(),
    at: at(),
    sort: optional(
      "key (the default), name, changedAt, firstSeenAt, version, or a path such as document.CreationTime.",
    ),
    order: choice(["asc", "desc"], "Default: asc."),
    count: count("the items"),
    documentPaths: documentPaths(),
    ...page(50, "items"),
  },
  answer: (api, { documentPaths, limit, cursor, ...given }) =>
    listAnswer<ItemBody>(api, {
      ...{
        path: "/v1/items",
        query: queryOf({ ...given, names: true, fields: fieldsOf(documentPaths) }),
        limit,
        cursor,
      },
      show: shownItem,
    }),
});

const ITEM = "The item: its shortId, its key such as an ARN, or its name.";

const getItemTool = tool({
  name: "get_item",
  title: "Get one item",
  description:
    "One item with its whole document, as the AWS service listed it, now or at an instant. Of an item that was removed: when, and " +
    "the instant to ask for to see its last content.",
  args: { item: required(ITEM), at: at(), documentPaths: documentPaths() },
  async answer(api, { item, at, documentPaths }) {
    const id = await idOfItem(api, item, at);
    const body = await api.get<
      ItemBody & Pick<ItemNames, "name"> & { readonly asOf: string; readonly freshAt?: string }
    >(`/v1/items/${id}`, [
      ["at", at],
      ["names", "true"],
    ]);
    const { asOf, freshAt, document, ...members } = body;
    const isRemoved = members.state === "removed";
    const lastContent = { at: instantOf(epochMs(members.changedAt) - 1) };
    return wholeAnswer({
      asOf,
      ...(freshAt !== undefined && { freshAt }),
      ...shownItem(members),
      ...(isRemoved && { lastContent }),
      ...(documentPaths ? documentMember(document, documentPaths) : { document }),
    });
  },
});

const historyTool = tool({
  name: "item_history",
  title: "List an item's versions",
  description:
    "Every version of one item, newest first: when it began and ended (from, until), and what differed from the version before. To see a " +
    "version whole, call get_item with at set to its from.",
  args: { item: required(ITEM), at: at(), documentPaths: documentPaths(), ...page(20, "versions") },
  async answer(api, { item, at, documentPaths, limit, cursor }) {
    const id = await idOfItem(api, item, at);
    return listAnswer<Entry<"History">>(api, {
      ...{ path: `/v1/items/${id}/history`, query: queryOf({ at, names: true }), limit, cursor },
      show({ document, ...version }) {
        return { ...version, ...documentMember(document, documentPaths) };
      },
    });
  },
});

const changesTool = tool({
  name: "list_changes",
  title: "List changes",
  description:
    "What was added, modified and removed, newest first, with the members that differ before and after. What changed yesterday: since " +
    "yesterday, until today. What the first listing of a source found is left out, since all of it was new to the inventory only: initial " +
    "shows it. For the net difference of two instants use compare_instants.",
  args: {
    ...where(),
    kind: choice(["added", "modified", "removed"], "Only changes of this kind."),
    q: words("Only changes of items with these words."),
    filter: conditions(),
    since: instant("Only changes later than this."),
    until: instant(
      "Only changes no later than this; the answer is as of then. Default: the latest with complete data.",
    ),
    order: choice(["asc", "desc"], "Oldest (asc) or newest (desc, the default) first."),
    initial: flag("Also what the first listings found. Default: false."),
    count: count("the changes"),
    documentPaths: documentPaths(),
    ...page(50, "changes"),
  },
  answer: (api, { order = "desc", initial = false, documentPaths, limit, cursor, ...given }) =>
    listAnswer<ReturnType<typeof changeBody>>(api, {
      ...{ path: "/v1/changes", query: queryOf({ ...given, order, initial, names: true }), limit, cursor },
      show({ at, kind, name, id, shortId, source, account, region, key, cause, edge, differences, document }) {
        const item = shownItem({ ...(name !== undefined && { name }), id, shortId, source, account, region, key });
        return { at, kind, ...item, cause, edge, differences, ...documentMember(document, documentPaths) };
      },
    }),
});

const compareTool = tool({
  name: "compare_instants",
  title: "Compare two instants",
  description:
    "The net difference of the inventory between two instants: what was added, modified (with the members that differ) or removed. What " +
    "changed and changed back is not in it.",
  args: {
    ...where(),
    from: requiredInstant("The earlier instant."),
    to: instant("The later instant; the answer is as of then. Default: the latest with complete data."),
    documentPaths: documentPaths(),
    ...page(50, "differences"),
  },
  answer: (api, { documentPaths, limit, cursor, ...given }) =>
    listAnswer<Entry<"NetChangeList">>(api, {
      ...{ path: "/v1/diff", query: queryOf({ ...given, names: true }), limit, cursor },
      show({ kind, name, id, shortId, source, account, region, key, before, after, differences }) {
        const side = (then: typeof before) => then && { ...then, document: partOn(then.document, documentPaths) };
        const item = shownItem({ ...(name !== undefined && { name }), id, shortId, source, account, region, key });
        return { kind, ...item, differences, before: side(before), after: side(after) };
      },
    }),
});

/** Arguments as the API's parameters. */
export function queryOf(given: Readonly<Record<string, string | number | boolean | undefined>>): Query {
  return Object.entries(given).map(([name, value]) => [name, value === undefined ? undefined : String(value)]);
}

export const ITEM_TOOLS: readonly Tool[] = [
  searchTool,
  listItemsTool,
  getItemTool,
  historyTool,
  changesTool,
  compareTool,
];
