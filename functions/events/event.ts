import { changeBody, documentOf } from "../api/items.ts";
import type { VisibleChange, VisibleKind } from "../inventory/changes.ts";
import { type Collection, partsOf } from "../model/collection.ts";
import type { Hint } from "../model/collection-record.ts";
import type { Instant } from "../model/instant.ts";
import type { NameOf } from "../model/node.ts";
import type { Failure } from "../model/scope-state.ts";
import type { SyncRecord } from "../model/sync-record.ts";
import type { EventType } from "./event-types.ts";
import { changeMessage, type Message, messageText, slackText } from "./message.ts";

/** What an inventory publishes: one event a change, and what a person should look at. */

/** An event, before it is known how it travels. */
export interface InventoryEvent {
  readonly type: EventType;
  /** Names the event: the same whenever it is published again. */
  readonly eventId: string;
  readonly at: Instant;
  readonly detail: Readonly<Record<string, unknown>>;
  /** The members of the detail that may be too large: they are left out then, and `href` says where they are. */
  readonly large: readonly string[];
  readonly href?: string;
}

const TYPES: Readonly<Record<VisibleKind, EventType>> = {
  added: "Item Added",
  modified: "Item Modified",
  removed: "Item Removed",
};

/** What is known of a change besides the change. */
export interface ChangeContext {
  readonly nameOf: NameOf;
  /** The event that the change was found after. */
  readonly hint?: Hint;
  /** The first listing of its scope found it: everything is new then. */
  readonly isFirstListing: boolean;
  /** Where people open the explorer. */
  readonly explorerUrl?: string;
}

/** The event of a change: the change as the API shows it, with its name, the document before, and a message for people. */
export function eventOfChange(change: VisibleChange, context: ChangeContext): InventoryEvent {
  const { kind, before, after } = change;
  const { nameOf, hint, isFirstListing, explorerUrl } = context;
  const body = changeBody(change);
  const eventId = `${after.collection}/${after.at}/${after.key}`;
  const name = nameOf(after, body.document);
  const message = changeMessage({ ...body, name, ...(hint?.principal && { principal: hint.principal }) }, explorerUrl);
  return {
    ...{ type: TYPES[kind], eventId, at: after.at },
    href: `/v1/items/${body.id}?at=${after.at}`,
    large: ["before", "document", "differences"],
    detail: {
      ...{ eventId, collection: after.collection, name },
      ...body,
      ...(before?.state === "present" && { before: documentOf(before) }),
      ...(hint && { hint }),
      ...messageFields(message, isFirstListing),
    },
  };
}

/** The events of how one sync of a scope ended: none, unless it failed or keeps removals pending. `failures`: in a row, this one included. */
export function eventsOfSync(record: SyncRecord, failures: number): InventoryEvent[] {
  const { collection, scope, startedAt, outcome, error, pending, pendingReason, kind } = record;
  const common = { collection, ...partsOf(collection), scope, startedAt, kind };
  if (outcome === "failed" && error) {
    return [failureEvent({ collection, at: startedAt, about: scope }, error, { ...common, failures })];
  }
  if (outcome !== "held") return [];
  const message: Message = {
    title: `Removals pending: ${pending > 0 ? `${pending} items of ` : ""}${partsOf(collection).source}`,
    where: whereOf(collection),
    lines: pendingReason === undefined ? [] : [pendingReason],
  };
  return [
    {
      ...{ type: "Removals Pending", eventId: `${collection}/${startedAt}/${scope}`, at: startedAt, large: [] },
      detail: {
        eventId: `${collection}/${startedAt}/${scope}`,
        at: startedAt,
        ...common,
        pending,
        pendingReason,
        ...messageFields(message),
      },
    },
  ];
}

/** The event of a sync that failed. `about`: the scope, or what could not be planned. */
export function failureEvent(
  { collection, at, about }: { readonly collection: Collection; readonly at: Instant; readonly about: string },
  error: Failure,
  more: Readonly<Record<string, unknown>>,
): InventoryEvent {
  const eventId = `${collection}/${at}/${about}`;
  const message: Message = {
    title: `Sync failed: ${partsOf(collection).source}`,
    where: whereOf(collection),
    lines: [error.message],
  };
  const detail = { eventId, at, collection, ...partsOf(collection), ...more, error, ...messageFields(message) };
  return { type: "Sync Failed", eventId, at, large: [], detail };
}

/** The event of stored records that do not match their checksum. */
export function damageEvent(damage: {
  readonly collection: Collection;
  readonly scope: string;
  readonly at: Instant;
  readonly problems: readonly string[];
}): InventoryEvent {
  const { collection, scope, at, problems } = damage;
  const eventId = `${collection}/${at}/${scope}`;
  const message: Message = {
    title: `Damage found: ${partsOf(collection).source}`,
    where: whereOf(collection),
    lines: [...problems.slice(0, 3), "Run `stocktake verify --repair`."],
  };
  const detail = { eventId, at, collection, ...partsOf(collection), scope, problems, ...messageFields(message) };
  return { type: "Damage Found", eventId, at, large: ["problems"], detail };
}

function whereOf(collection: Collection): string {
  const { account, region } = partsOf(collection);
  return `${account} ${region}`;
}

/** What rules look at and people are sent. Only changes can be of a first listing. */
function messageFields(message: Message, firstListing = false) {
  return { firstListing, message: messageText(message), slackText: slackText(message) };
}
