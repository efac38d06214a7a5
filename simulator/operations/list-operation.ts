import { type AnyRow, belonging, identityOf, type Rows, type SimulatedAccount, type TableName } from "../account.ts";
import { type Input, rulesOf } from "../constraints.ts";
import { notFound, type Service } from "../errors.ts";
import { type Model, membersOf, shapeOf } from "../model.ts";
import type { Filter } from "./filters.ts";
import type { Operation } from "./operation.ts";
import { createPager } from "./pager.ts";

/** A service, the model that its operations follow, and what that model does not say. */
interface ListingService {
  readonly service: Service;
  readonly model: Model;
  /** How many items a page has when the request does not say. */
  readonly pageSize: number;
  /** How many items a page has at most, by the number of the walk's pages before it and of the rows that are left. */
  readonly shortPages?: (pagesBefore: number, remaining: number) => number;
}

/** What a person declares of a list operation. Everything else is in the model. */
interface Declaration<Row> {
  /** What a member of the request passes, where its name and shape do not say it. */
  readonly filters?: Readonly<Record<string, Filter<Row>>>;
  /** The members of the request that name a row of another table, which must exist: what is listed belongs to it. */
  readonly parents?: Readonly<Record<string, TableName>>;
  /** Oldest first unless the request says otherwise. */
  readonly ascending?: true;
  /** The items' member that identifies them, where it is not the first of the table's identity. */
  readonly identityMember?: string;
}

interface Listing extends Declaration<AnyRow> {
  readonly table: TableName;
}

/** Declares an operation that lists a table of the account. */
export function list<Name extends TableName>(table: Name, declaration: Declaration<Rows[Name]> = {}): Listing {
  return { table, ...(declaration as Declaration<AnyRow>) };
}

/** The operations of a service, by their names in its model. */
export function operationsOf<Name extends string>(
  listing: ListingService,
  listings: Readonly<Record<Name, Listing>>,
): Record<Name, Operation> {
  const operations = Object.entries<Listing>(listings).map(([name, each]) => [name, operationOf(listing, name, each)]);
  return Object.fromEntries(operations) as Record<Name, Operation>;
}

function operationOf(
  { service, model, pageSize, shortPages }: ListingService,
  name: string,
  listing: Listing,
): Operation {
  const modelled = model.operations[name];
  if (modelled === undefined) throw new Error(`The model has no operation ${name}`);
  const { http, input, output } = modelled;
  const { table, filters = {}, parents = {}, ascending = false } = listing;
  const rules = rulesOf(model, input.shape);
  const [itemsMember, item] = itemsOf(model, output.shape);
  const listed = { model, input: input.shape, item };
  const members = Object.keys(rules);
  const token = members.find((member) => /^nextToken$/i.test(member));
  const size = members.find((member) => /^(maxResults|limit)$/i.test(member));
  const filtering = members.filter((member) => ![token, size, "SortBy", "SortOrder"].includes(member));
  const readPage = createPager({
    ...{ table, listed, rules, filtering, filters, parents, ascending },
    shortPages: shortPages ?? (() => Number.POSITIVE_INFINITY),
  });
  const isPlanned = Object.keys(parents).some((member) => rules[member]?.required);
  return {
    name,
    service,
    address:
      service.protocol === "json" ? `${model.metadata.targetPrefix}.${name}` : `${http.method} ${http.requestUri}`,
    rules,
    itemsMember,
    identityMember: listing.identityMember ?? identityMemberOf(model, item, table),
    ...(token !== undefined && { paging: { token, ...(size !== undefined && { size }), defaultSize: pageSize } }),
    page(account, request, position, count) {
      for (const [parent, id, value] of parentsAskedFor(table, parents, request)) {
        if (account.table(parent).find(id, value) === undefined) throw notFound(model, name, parent, value);
      }
      return readPage(account, request, position, count);
    },
    ...(isPlanned && {
      removeParent(account: SimulatedAccount, request: Input) {
        for (const each of parentsAskedFor(table, parents, request)) account.removeWithBelongings(...each);
      },
    }),
  };
}

/** The parents that a request names: their table, the member that identifies them, and its value. */
function parentsAskedFor(
  table: TableName,
  parents: Readonly<Record<string, TableName>>,
  request: Input,
): [parent: TableName, id: string, value: string][] {
  return Object.entries(parents).flatMap(([member, parent]) => {
    const value = request[member];
    return typeof value === "string" ? [[parent, belonging(table, parent).id, value]] : [];
  });
}

/** The response's one list, and the shape of its elements. */
function itemsOf(model: Model, outputShape: string): [member: string, item: string] {
  for (const [member, shape] of membersOf(model, outputShape)) {
    const { type, member: element } = shapeOf(model, shape);
    if (type === "list" && element !== undefined) return [member, element.shape];
  }
  throw new Error(`${outputShape} has no list`);
}

/** The first member of the rows' identity that is a text, and that the items have. */
function identityMemberOf(model: Model, item: string, table: TableName): string {
  const shapes = membersOf(model, item);
  const member = identityOf(table).find((each) => shapeOf(model, shapes.get(each) ?? item).type === "string");
  if (member === undefined) throw new Error(`${item} has no member that identifies ${table}`);
  return member;
}
