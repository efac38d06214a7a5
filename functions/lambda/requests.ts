import * as z from "zod/mini";
import { ACCOUNT, REGION } from "../model/collection.ts";

/*
 * What a service's function is asked for: its schedule sends a dispatch, it sends itself syncs and verifications, and EventBridge passes on
 * what CloudTrail records.
 */

const dispatchRequest = z.object({ kind: z.literal("dispatch") });

const MAX_NAME = 200;

/** Sync the collections that the claim was made for. */
const syncRequest = z.object({
  kind: z.literal("sync"),
  claim: z.string().check(z.minLength(1), z.maxLength(MAX_NAME)),
  collections: z.readonly(z.array(z.string().check(z.minLength(1))).check(z.minLength(1))),
});

/** Verify what is stored of the service's sources. A person may also ask to repair what is damaged. */
const verifyRequest = z.object({ kind: z.literal("verify"), repair: z.optional(z.boolean()) });

const request = z.discriminatedUnion("kind", [dispatchRequest, syncRequest, verifyRequest]);

/** An event of CloudTrail, as EventBridge delivers it. Anybody who may put events can forge one. */
const trailEvent = z.object({
  "detail-type": z.literal("AWS API Call via CloudTrail"),
  account: z.string().check(z.regex(ACCOUNT)),
  region: z.string().check(z.regex(REGION)),
  time: z.iso.datetime(),
  detail: z.object({
    eventName: z.string().check(z.minLength(1), z.maxLength(MAX_NAME)),
    eventTime: z.optional(z.iso.datetime()),
    userIdentity: z.optional(z.object({ arn: z.optional(z.string()), invokedBy: z.optional(z.string()) })),
  }),
});

export type SyncRequest = Readonly<z.infer<typeof syncRequest>>;
export type VerifyRequest = z.infer<typeof verifyRequest>;
export type TrailEvent = z.infer<typeof trailEvent>;
export type Request = z.infer<typeof request> | { readonly kind: "hint"; readonly event: TrailEvent };

/** The event is none that Stocktake, or its rule, sends: one line that says what is wrong with it. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
}

/** Reads the event of an invocation, or throws InvalidEventError. */
export function parseEvent(event: unknown): Request {
  const isOfTrail = typeof event === "object" && event !== null && "detail-type" in event;
  return isOfTrail ? { kind: "hint", event: parse(trailEvent, event) } : parse(request, event);
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  const remedy = 'Send {"kind":"dispatch"} or {"kind":"verify"}; Stocktake itself sends the rest';
  throw new InvalidEventError(`Invalid event: ${path}${issue?.message ?? "not as expected"}. ${remedy}`);
}
