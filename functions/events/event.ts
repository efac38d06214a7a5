import { changeBody, documentOf } from "../api/items.ts";
import type { VisibleChange, VisibleKind } from "../inventory/changes.ts";
import { type Collection, partsOf } from "../model/collection.ts";
import type { CollectionRecord, Hint, Notice } from "../model/collection-record.ts";
import type { Instant } from "../model/instant.ts";
import type { NameOf } from "../model/node.ts";
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

/** The events of a collection's notices that are not published yet. */
export function eventsOfNotices({ collection, notices = {} }: CollectionRecord): InventoryEvent[] {
  const { failed, pending: waiting, damaged } = notices;
  const { source } = partsOf(collection);
  const events: InventoryEvent[] = [];
  if (failed?.unpublished) {
    const { error, failures, lasting } = failed.unpublished;
    const title = `${lasting ? "Sync keeps failing" : "Sync failed"}: ${source}`;
    const lines = [error.message, ...(failures > 1 ? [`${failures} syncs in a row failed`] : [])];
    events.push(noticeEvent({ collection, kind: "failed", notice: failed }, "Sync Failed", { title, lines }));
  }
  if (waiting?.unpublished) {
    const { pending, pendingReason } = waiting.unpublished;
    const title = `Removals pending: ${pending > 0 ? `${pending} ${pending === 1 ? "item" : "items"} of ` : ""}${source}`;
    const lines = pendingReason === undefined ? [] : [pendingReason];
    events.push(noticeEvent({ collection, kind: "pending", notice: waiting }, "Removals Pending", { title, lines }));
  }
  if (damaged?.unpublished) {
    const lines = [...damaged.unpublished.problems, "Run `stocktake verify --repair`."];
    const message = { title: `Damage found: ${source}`, lines };
    events.push(noticeEvent({ collection, kind: "damaged", notice: damaged }, "Damage Found", message));
  }
  return events;
}

function noticeEvent(
  { collection, kind, notice }: { readonly collection: Collection; readonly kind: string; readonly notice: Notice },
  type: EventType,
  { title, lines }: Pick<Message, "title" | "lines">,
): InventoryEvent {
  const { since: at, revision, unpublished } = notice;
  const eventId = `${collection}/${at}/${kind}#${revision}`;
  const message = { title, where: `${whereOf(collection)}, since ${at}`, lines };
  const detail = {
    eventId,
    at,
    collection,
    ...partsOf(collection),
    ...(unpublished as object),
    ...messageFields(message),
  };
  return { type, eventId, at, large: [], detail };
}

function whereOf(collection: Collection): string {
  const { account, region } = partsOf(collection);
  return `${account} ${region}`;
}

/** What rules look at and people are sent. Only changes can be of a first listing. */
function messageFields(message: Message, firstListing = false) {
  return { firstListing, message: messageText(message), slackText: slackText(message) };
}
