import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";

/** A list operation's command class, as every SDK client has them. */
export type ListCommand<Input, Output> = new (
  // biome-ignore lint/suspicious/noExplicitAny: each class takes its own input, and inference needs all of them to match
  input: any,
) => {
  readonly input: Input;
  resolveMiddleware(
    stack: never,
    configuration: never,
    options: never,
  ): (request: never) => Promise<{ output: Output }>;
};

/** What one answer lists: the elements of its list. */
export type ListedItem<Output> = {
  [Member in keyof Output]-?: Output[Member] extends readonly (infer Item)[] | undefined ? Item : never;
}[keyof Output];

/** What the SDK's own schema says of a list operation. */
export interface ListOperation {
  readonly name: string;
  /** The answer's member that holds the list. */
  readonly list: string;
  /** The request's member with the token of the page, and the answer's with that of the next; absent when it has no pages. */
  readonly token?: { readonly request: string; readonly answer: string };
  /** The request's member with the size of a page. */
  readonly pageSize?: string;
  /** The request's members that bound the instant of creation. */
  readonly created?: { readonly after: string; readonly before: string };
  /** Whether the request takes an order. */
  readonly sortable: boolean;
}

const TOKEN = /^nextToken$/i;
const PAGE_SIZE = /^(maxResults|limit)$/i;

/** The operation's name, which is read without its shapes. */
export function operationName(command: ListCommand<unknown, unknown>): string {
  return schemaOf(command)[2];
}

/** Reads a list operation's schema. Throws when the operation has not exactly one list in its answer. */
export function readListOperation(command: ListCommand<unknown, unknown>): ListOperation {
  const [, , name, , input, output] = schemaOf(command);
  const request = membersOf(input);
  const answer = membersOf(output);
  const lists = answer.filter(([, schema]) => schema.isListSchema()).map(([member]) => member);
  const [list, ...others] = lists;
  if (list === undefined || others.length > 0) {
    throw new Error(
      `${name} answers with ${lists.length === 0 ? "no list" : lists.join(" and ")}: it lists no one thing`,
    );
  }
  const memberOf = (members: Members, pattern: RegExp) => members.find(([member]) => pattern.test(member))?.[0];
  const tokens = { request: memberOf(request, TOKEN), answer: memberOf(answer, TOKEN) };
  const pageSize = memberOf(request, PAGE_SIZE);
  const after = memberOf(request, /^Creat(ed|ionTime)After$/);
  const before = memberOf(request, /^Creat(ed|ionTime)Before$/);
  return {
    name,
    list,
    ...(tokens.request && tokens.answer && { token: { request: tokens.request, answer: tokens.answer } }),
    ...(pageSize && { pageSize }),
    ...(after && before && { created: { after, before } }),
    sortable: memberOf(request, /^SortBy$/) !== undefined && memberOf(request, /^SortOrder$/) !== undefined,
  };
}

type Members = readonly (readonly [name: string, schema: NormalizedSchema])[];

function schemaOf(command: ListCommand<unknown, unknown>): StaticOperationSchema {
  const { schema } = new command({}) as unknown as { readonly schema: StaticOperationSchema };
  return schema;
}

function membersOf(schema: StaticOperationSchema[4]): Members {
  return [...NormalizedSchema.of(schema).structIterator()];
}

/** One answer, whatever the operation. */
export type Answer = { readonly $metadata: { readonly attempts?: number } } & Record<string, unknown>;

/** An SDK client, as far as listing needs it. */
export interface ListClient {
  // biome-ignore lint/suspicious/noExplicitAny: each client takes its own commands
  send(command: any, options: { readonly abortSignal: AbortSignal }): Promise<any>;
  destroy(): void;
}

/** What is asked of a list operation. */
export interface ListRequest {
  readonly command: ListCommand<unknown, unknown>;
  readonly operation: ListOperation;
  readonly input: object;
}

/** Sends a list operation's request page after page, until an answer has no token: an empty page is not the last. */
export async function* answersOf(
  client: ListClient,
  { command, operation: { token }, input }: ListRequest,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  let next: unknown;
  do {
    const page = token && next ? { [token.request]: next } : {};
    const answer: Answer = await client.send(new command({ ...input, ...page }), { abortSignal: signal });
    yield answer;
    next = token && answer[token.answer];
  } while (next);
}
