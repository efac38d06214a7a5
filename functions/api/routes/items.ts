import { itemsAt } from "../../inventory/reads.ts";
import type { Collection, KeyRange } from "../../model/collection.ts";
import type { Item } from "../../model/item.ts";
import { textsAt } from "../../model/paths.ts";
import { openCoverage, type Reading } from "../coverage.ts";
import { type Asked, endpoint, listAnswer } from "../endpoint.ts";
import { itemBody, itemText, selectedFrom } from "../items.ts";
import { type OpenWalk, PagesAhead } from "../pages-ahead.ts";
import {
  type Condition,
  choiceParameter,
  coverageParameters,
  cursorParameter,
  fieldsParameter,
  filterParameter,
  instantParameter,
  limitParameter,
  type Selection,
  scopeParameter,
} from "../parameters.ts";
import type { Service } from "../service.ts";
import { type Entry, type Slice, walk } from "../walk.ts";

/** Records read at a time once it is known that not every record is an answer. */
const SIFTED_AT_ONCE = 200;

/** GET /v1/items */
export function itemsEndpoint(service: Service) {
  const ahead = service.readsAhead ? new PagesAhead() : undefined;
  const query = {
    ...coverageParameters(service.sources),
    scope: scopeParameter,
    state: choiceParameter(
      ["present", "removed", "all"],
      "Items that are there (`present`, the default), that have been removed, or both.",
    ),
    filter: filterParameter,
    fields: fieldsParameter,
    at: instantParameter(
      "The instant to answer for, by default the newest there is; a later one is answered for that.",
    ),
    limit: limitParameter(1000, 100, "items"),
    cursor: cursorParameter,
  };

  const openWalk = async (asked: Asked<typeof query>): Promise<OpenWalk> => {
    const { scope, state = "present", filter, fields, at, limit } = asked.query;
    const { collections, reading } = await openCoverage(service, asked.query, {
      cursor: asked.cursor,
      at: { parameter: "at", instant: at },
    });
    const sieve = { scope, state, filter, fields };
    return {
      at: reading.at,
      read: (from) =>
        walk({
          collections,
          from,
          limit,
          read: (...wanted) => readItems(service, reading, sieve, ...wanted),
        }),
      name: (position) => `${limit} ${asked.nextCursor(reading.at, position)}`,
    };
  };

  return endpoint({
    path: "/v1/items",
    operationId: "listItems",
    tag: "Items",
    summary: "List items",
    description:
      "The items there are, or were at an instant, in the order of their collections and of their keys. All pages of a walk " +
      "show one instant, however many syncs complete meanwhile.",
    query,
    answer: { description: "A page of items.", schema: "ItemList" },
    problems: ["invalid-cursor", "beyond-retention"],
    handle: async (asked) => {
      const { limit, cursor } = asked.query;
      const known = ahead?.take(`${limit} ${cursor}`);
      const walk = known?.walk ?? (await openWalk(asked));
      const page = await (known?.page ?? walk.read(asked.cursor?.position));
      // A second page says that somebody walks.
      if (asked.cursor && page.next) ahead?.begin(walk, page.next);
      return listAnswer(asked, page, walk.at, { asOf: walk.at });
    },
  });
}

interface Sieve {
  readonly scope: string | undefined;
  readonly state: "present" | "removed" | "all";
  readonly filter: readonly Condition[];
  readonly fields: Selection | undefined;
}

async function readItems(
  service: Service,
  reading: Reading,
  sieve: Sieve,
  collection: Collection,
  after: readonly string[] | undefined,
  room: number,
  sifting: boolean,
): Promise<Slice> {
  const range = sieve.scope === undefined ? {} : await rangeOfScope(reading, collection, sieve.scope);
  if (!range) return { entries: [], read: 0 };
  const instants = await reading.instants(collection);
  const [key] = after ?? [];
  const sifts = sieve.filter.length > 0 || sieve.state === "removed" || sifting;
  const { items, end } = await service.store.itemPage(collection, range, {
    limit: sifts ? Math.max(room, SIFTED_AT_ONCE) : room,
    ...(key !== undefined && { after: key }),
  });
  const last = items.at(-1);
  const entries = (await itemsAt(service.store, items, instants)).flatMap((item) => entryOf(item, sieve));
  return { entries, read: items.length, ...(!end && last && { rest: [last.key] }) };
}

/** The keys that a scope of the collection covers; undefined when it has no such scope. */
async function rangeOfScope(reading: Reading, collection: Collection, scope: string): Promise<KeyRange | undefined> {
  return (await reading.standings(collection)).find((standing) => standing.scope === scope)?.range;
}

function entryOf(item: Item, { scope, state, filter, fields }: Sieve): Entry[] {
  if (scope !== undefined && item.scope !== scope) return [];
  if (state !== "all" && item.state !== state) return [];
  if (filter.length === 0 && !fields) return [{ text: () => itemText(item), after: [item.key] }];
  const document: unknown = JSON.parse(item.document);
  const matches = filter.every(({ path, texts }) => textsAt(document, path).some((text) => texts.includes(text)));
  if (!matches) return [];
  const body = itemBody(item, document);
  return [{ text: () => JSON.stringify(fields ? selectedFrom(body, fields) : body), after: [item.key] }];
}
