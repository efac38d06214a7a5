import {
  answersOf,
  type ListClient,
  type ListCommand,
  type ListedItem,
  type ListOperation,
  operationName,
  readListOperation,
} from "../aws/list-operation.ts";
import { keepUnknownMembers } from "../aws/unknown-members.ts";
import { type KeyRange, type Scope, scopeOfFirstPart, type Target } from "../model/collection.ts";
import {
  type ConnectionSettings,
  defineSource,
  type Grant,
  type Json,
  type Page,
  ParentNotFoundError,
  pagesOf,
  type Source,
  type SourceDeclaration,
} from "../model/source.ts";
import { SERVICES, type ServiceFacts } from "./services.ts";

/** An item of a list operation in the form in which it is stored; `Added` names its parent where the answer does not. */
type Listed<Output, Added extends string> = Json<ListedItem<Output>> & { readonly [Member in Added]?: string };

/** Whose items are listed one parent at a time. */
export interface ParentDeclaration<Input, Parent, Added extends string> {
  /** The source that lists the parents. */
  readonly source: AwsSource<Parent>;
  /** What the parent's items' identities begin with: the scope's id. */
  readonly id: (parent: Json<Parent>) => string | undefined;
  /** Which parents' items are listed. Default: all. */
  readonly only?: (parent: Json<Parent>, target: Target) => boolean;
  /** The request's member that names the parent, and what it takes of the id. Default: all of it. */
  readonly member: keyof NoInfer<Input> & string;
  readonly value?: (id: string) => string;
  /** The member that is added to each document to name its parent, where the service's answer does not. */
  readonly adds?: Added;
}

/** What a source file declares: what neither the SDK's schema nor the table of services knows. */
export interface AwsSourceDeclaration<Input, Output, Parent, Added extends string>
  extends Pick<
    SourceDeclaration<ListClient, Listed<Output, Added>>,
    | "id"
    | "version"
    | "tier"
    | "intervalMinutes"
    | "listedByCreation"
    | "events"
    | "ignoredPaths"
    | "edgesLead"
    | "node"
    | "ends"
  > {
  readonly client: new (settings: never) => { destroy(): void };
  readonly command: ListCommand<Input, Output>;
  /** What is asked, one listing after the other, beside page size, order and token. Default: everything, at once. */
  readonly requests?: readonly Partial<NoInfer<Input>>[];
  readonly parent?: ParentDeclaration<Input, Parent, Added>;
  /** What IAM knows the action on, as the end of an ARN: `workspaceimage/*`. Default: it knows no resource. */
  readonly resource?: string;
  readonly identity: (document: Listed<Output, Added>) => readonly (string | undefined)[];
  readonly ownArn?: (document: Listed<Output, Added>) => string | undefined;
  readonly edges?: (
    document: Listed<Output, Added>,
  ) => readonly { from?: string | undefined; to?: string | undefined; relation?: string | undefined }[];
}

/** A source that lists with an SDK client. */
export interface AwsSource<Document = unknown> extends Source {
  readonly command: ListCommand<unknown, unknown>;
  /** The member that is added to each document to name its parent. */
  readonly adds: string | undefined;
  /** Lists everything, with a client that is connected already. */
  readonly listAll: (client: ListClient, signal: AbortSignal) => AsyncIterable<Page<Document>>;
}

/** What lists by creation is asked for in that order: what is created during a listing then comes at its end. */
const ASCENDING = { SortBy: "CreationTime", SortOrder: "Ascending" };

/**
 * Declares a source: one list operation of an SDK client, in one file. Operation, pages, tokens and the bounds of creation time come from the
 * SDK's schema; IAM prefix, page size and regions from the table of services.
 */
export function defineAwsSource<Input, Output, Parent = never, Added extends string = never>(
  declaration: AwsSourceDeclaration<Input, Output, Parent, Added>,
): AwsSource<ListedItem<Output>> {
  type Document = ListedItem<Output>;
  const { id, client: Client, command, parent, resource } = declaration;
  const service = serviceFacts(id);
  const name = operationName(command);
  let operation: ListOperation | undefined;

  async function* list(client: ListClient, scope: Scope, signal: AbortSignal): AsyncGenerator<Page<Document>> {
    operation ??= readListOperation(command);
    const { list: member, token } = operation;
    const range = declaration.listedByCreation ? creationTimes(operation, scope.range) : {};
    const ofParent = parent ? { [parent.member]: parent.value?.(scope.id) ?? scope.id } : {};
    for (const request of declaration.requests ?? [{}]) {
      const input = { ...basicInput(operation, service), ...request, ...range, ...ofParent };
      yield* pagesOf<Awaited<ReturnType<ListClient["send"]>>, Document>(
        answersOf(client, { command, operation, input }, signal),
        (answer) => answer[member],
        (answer) => token && answer[token.answer],
      );
    }
  }

  const source = defineSource<ListClient, Document>({
    ...(declaration as unknown as Pick<SourceDeclaration<ListClient, Document>, "id" | "intervalMinutes" | "identity">),
    operation: `${service.name} ${name}`,
    grants: [...(parent?.source.grants ?? []), grant(`${service.iamPrefix}:${name}`, service, resource)],
    regions: service.regions,
    connect: (settings: ConnectionSettings) => keepUnknownMembers(new Client(settings as never) as ListClient),
    disconnect: (client) => client.destroy(),
    list: parent ? (client, scope, signal) => listChildren(parent, list(client, scope, signal), scope) : list,
    ...(parent && planOf(parent)),
  });
  return {
    ...source,
    command,
    adds: parent?.adds,
    listAll: (client, signal) => list(client, { id: "all", range: {} }, signal),
  };
}

/** The facts of the service of a source, by the part of its id before the dot. */
function serviceFacts(id: string): ServiceFacts {
  const [key = ""] = id.split(".");
  const facts = SERVICES[key];
  if (!facts) throw new Error(`${id}: no service ${key} in functions/sources/services.ts: add its row`);
  return facts;
}

function grant(action: string, { iamPrefix }: ServiceFacts, resource: string | undefined): Grant {
  return {
    action,
    resources: ({ partition, region, account }) =>
      resource === undefined ? ["*"] : [`arn:${partition}:${iamPrefix}:${region}:${account}:${resource}`],
  };
}

/** The greatest page, and the order of creation where there is one. */
export function basicInput({ pageSize, created, sortable }: ListOperation, { maxPageSize }: ServiceFacts): object {
  return { ...(pageSize && { [pageSize]: maxPageSize }), ...(created && sortable && ASCENDING) };
}

/**
 * The creation times, both inclusive, that hold all of a range of keys. The SDK rounds the service's instants to milliseconds, so an item
 * listed at the range's beginning may have been created just before it.
 */
function creationTimes({ name, created }: ListOperation, { from, until }: KeyRange): object {
  if (!created) throw new Error(`${name} takes no range of creation time, so it cannot be listed by creation`);
  return {
    ...(from !== undefined && { [created.after]: new Date(Date.parse(from) - 1) }),
    ...(until !== undefined && { [created.before]: new Date(until) }),
  };
}

/** The items of one parent; ParentNotFoundError when the service does not know it. */
async function* listChildren<Input, Parent, Document>(
  { adds }: ParentDeclaration<Input, Parent, string>,
  pages: AsyncIterable<Page<Document>>,
  { id }: Scope,
): AsyncGenerator<Page<Document>> {
  try {
    for await (const page of pages) {
      const documents = adds ? page.documents.map((document) => ({ ...document, [adds]: id })) : page.documents;
      yield { ...page, documents };
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ResourceNotFoundException") throw error;
    throw new ParentNotFoundError(`${id} is gone`, { cause: error });
  }
}

/** A scope for each parent: of the stored ones, or of those listed. */
function planOf<Input, Parent>({ source, id, only }: ParentDeclaration<Input, Parent, string>) {
  const scopeOf = (document: unknown, target: Target): Scope | undefined => {
    const parent = document as Json<Parent>;
    const parentId = id(parent);
    if (!parentId) throw new Error(`an item of ${source.id} without its id was listed, so the plan is incomplete`);
    return only && !only(parent, target) ? undefined : scopeOfFirstPart(parentId);
  };
  return {
    plannedFrom: { source: source.id, scopeOf, isSelective: only !== undefined },
    async *plan(client: ListClient, signal: AbortSignal, target: Target): AsyncGenerator<Scope> {
      for await (const { documents, listMissing } of source.listAll(client, signal)) {
        if (listMissing) throw new Error(`${source.operation} answered without a list, so the plan is incomplete`);
        for (const document of documents) {
          const scope = scopeOf(document, target);
          if (scope) yield scope;
        }
      }
    },
  };
}
