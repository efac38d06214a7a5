import type { SimulatedAccount } from "../account.ts";
import type { Input, Rules } from "../constraints.ts";
import type { Service } from "../errors.ts";

/** Where in its walk a request stands. */
export interface Position {
  /** The key of the last item already given out; undefined at the start. */
  readonly after: unknown;
  /** The number of pages already given out. */
  readonly pagesBefore: number;
}

/** One page's items as the wire has them and, if the walk goes on, the key to go on after. */
export interface Page {
  readonly items: Record<string, unknown>[];
  readonly more: boolean;
  readonly last: unknown;
}

/** One list operation: how it is addressed, what it accepts and what it answers. */
export interface Operation {
  readonly name: string;
  readonly service: Service;
  /** X-Amz-Target of a JSON 1.1 operation, or method and path of a REST one, whose `{members}` are read from the path. */
  readonly address: string;
  /** What the request's members must satisfy. */
  readonly rules: Rules;
  /** The response's member that holds the items, and the items' member that identifies them. */
  readonly itemsMember: string;
  readonly identityMember: string;
  /** How it pages; an operation without this answers everything at once. */
  readonly paging?: { readonly token: string; readonly size?: string; readonly defaultSize: number };
  /**
   * The page at a position, of at most `size` items. The input satisfies the rules.
   * The position is by key, so whatever is added or removed meanwhile moves nothing else across pages.
   */
  page(account: SimulatedAccount, input: Input, position: Position, size: number): Page;
  /** Of an operation that asks for one parent: removes that parent and all that belongs to it. */
  removeParent?(account: SimulatedAccount, input: Input): void;
}
