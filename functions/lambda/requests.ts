import { ACCOUNT, REGION } from "../model/collection.ts";
import { parseInstant } from "../model/instant.ts";

/*
 * What a service's function is asked for: its schedule sends a dispatch, it sends itself syncs and verifications, and EventBridge passes on
 * what CloudTrail records. Checked by hand: a library for it would take a twentieth of a cold start.
 */

/** Sync the collections that the claim was made for. */
export interface SyncRequest {
  readonly kind: "sync";
  readonly claim: string;
  readonly collections: readonly string[];
}

/** Verify what is stored of the service's sources. A person may also ask to repair what is damaged. */
export interface VerifyRequest {
  readonly kind: "verify";
  readonly repair?: boolean;
}

/** What is used of an event of CloudTrail. Anybody who may put events can forge one. */
export interface TrailEvent {
  readonly account: string;
  readonly region: string;
  readonly eventName: string;
  /** When the call was made; an instant as CloudTrail writes it. */
  readonly time: string;
  readonly principal?: string;
}

export type Request =
  | { readonly kind: "dispatch" }
  | SyncRequest
  | VerifyRequest
  | { readonly kind: "hint"; readonly event: TrailEvent };

/** The event is none that Stocktake, or its rule, sends: one line that says what is wrong with it. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
}

const MAX_NAME = 200;

/** Reads the event of an invocation, or throws InvalidEventError. */
export function parseEvent(event: unknown): Request {
  const fields = fieldsOf(event);
  if ("detail-type" in fields) return { kind: "hint", event: trailEvent(fields) };
  const { kind, claim, collections, repair } = fields;
  if (kind === "dispatch") return { kind };
  if (kind === "sync") {
    if (!isName(claim)) throw invalid("claim", NAME);
    const isList = Array.isArray(collections) && collections.length > 0 && collections.every(isText);
    if (!isList) throw invalid("collections", "must be a list of collections");
    return { kind, claim, collections };
  }
  if (kind !== "verify") throw invalid("kind", "must be dispatch, sync or verify");
  if (repair === undefined) return { kind };
  if (typeof repair !== "boolean") throw invalid("repair", "must be true or false");
  return { kind, repair };
}

function trailEvent(fields: Fields): TrailEvent {
  const { account, region, time, detail } = fields;
  const { eventName, eventTime = time, userIdentity } = fieldsOf(detail);
  const { arn, invokedBy } = fieldsOf(userIdentity);
  const principal = arn ?? invokedBy;
  if (fields["detail-type"] !== "AWS API Call via CloudTrail") throw invalid("detail-type", "must be CloudTrail's");
  if (!isText(account) || !ACCOUNT.test(account)) throw invalid("account", "must have 12 digits");
  if (!isText(region) || !REGION.test(region)) throw invalid("region", "must be a region");
  if (!isText(eventTime) || parseInstant(eventTime) === undefined) throw invalid("time", "must be a date and time");
  if (!isName(eventName)) throw invalid("detail.eventName", NAME);
  if (principal !== undefined && !isText(principal)) throw invalid("detail.userIdentity", "must name a principal");
  return { account, region, eventName, time: eventTime, ...(principal !== undefined && { principal }) };
}

type Fields = Readonly<Record<string, unknown>>;

/** The members of an object; none of anything else, so that the first that is missing is named. */
function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isName(value: unknown): value is string {
  return isText(value) && value.length <= MAX_NAME;
}

const NAME = `must be a text of up to ${MAX_NAME} characters`;

function invalid(path: string, problem: string): InvalidEventError {
  const remedy = 'Send {"kind":"dispatch"} or {"kind":"verify"}; Stocktake itself sends the rest';
  return new InvalidEventError(`Invalid event: ${path} ${problem}. ${remedy}`);
}
