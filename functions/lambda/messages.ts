import * as z from "zod/mini";
import { PLAN, type Target } from "../model/collection.ts";

/*
 * What is asked of a sync function. The schedule names the targets; a message in the source's queue names one of them
 * (plan it), or one scope in it (sync that).
 */

/** A target, and the role to assume in it when it is not the functions' own account. */
export interface RemoteTarget extends Target {
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
}

const ROLE = /^arn:[a-z-]+:iam::(\d{12}):role\/\S+$/;

const target = z
  .object({
    account: z.string().check(z.regex(/^\d{12}$/, "is not twelve digits")),
    region: z.string().check(z.regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "is not a region")),
    roleArn: z.optional(z.string().check(z.regex(ROLE, "is not the ARN of a role"))),
    externalId: z.optional(z.string().check(z.minLength(2), z.maxLength(1224))),
  })
  .check(z.refine(ownsRole, { path: ["roleArn"], error: "is a role of another account than the target's" }));

/** A role of another account would file that account's items under this target. */
function ownsRole({ account, roleArn }: RemoteTarget): boolean {
  return roleArn === undefined || ROLE.exec(roleArn)?.[1] === account;
}

const range = z.object({ from: z.optional(z.string()), until: z.optional(z.string()) });

const scope = z.object({
  id: z.string().check(
    z.minLength(1),
    z.refine((id) => id !== PLAN),
  ),
  range,
});

/** Only the newest part is to be listed, of a source that lists in order of creation. */
const tail = z.optional(z.boolean());

/** Which function's it is: in another's queue, where a hand may have put it, it would file items under the wrong source. */
const source = z.string();

const planMessage = z.object({ kind: z.literal("plan"), source, target, tail });

const syncMessage = z.object({
  kind: z.literal("sync"),
  source,
  target,
  scope,
  /** The part of the scope that is to be listed; absent, all of it. */
  window: z.optional(range),
  tail,
  /** The plan no longer names the scope. */
  vanished: z.boolean(),
  /** When the plan that asks for this ended. */
  plannedAt: z.iso.datetime({ precision: 3 }),
});

const message = z.discriminatedUnion("kind", [planMessage, syncMessage]);
const scheduled = z.object({ kind: z.literal("plan"), targets: z.array(target).check(z.minLength(1)), tail });

export type PlanMessage = z.infer<typeof planMessage>;
export type PlanRequest = z.infer<typeof scheduled>;
export type SyncMessage = z.infer<typeof syncMessage>;
export type Message = PlanMessage | SyncMessage;

/** Something was asked for that nobody here asks for: one line that says where it is wrong. */
export class NotOurs extends Error {
  override readonly name = "NotOurs";
}

/** What a schedule asks for. Throws NotOurs for any other input. */
export function planRequestOf(input: unknown): PlanRequest {
  return checked(scheduled, input, "the input");
}

/** The message in the body of a record of a source's queue. Throws NotOurs for any other body. */
export function messageOf(body: string, source: string): Message {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch (error) {
    throw new NotOurs("the message is not JSON", { cause: error });
  }
  const read = checked(message, content, "the message");
  if (read.source !== source) throw new NotOurs(`the message is not one of this function's: it is for ${read.source}`);
  return read;
}

function checked<Schema extends z.ZodMiniType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const answer = schema.safeParse(value);
  if (answer.success) return answer.data;
  const [issue] = answer.error.issues;
  const place = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw new NotOurs(`${what} is not one of this function's: ${place}${issue?.message ?? "invalid"}`);
}
