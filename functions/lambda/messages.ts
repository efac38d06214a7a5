import * as z from "zod/mini";
import { ACCOUNT, PLAN, REGION, type Target } from "../model/collection.ts";

/*
 * What a sync function is asked for. A schedule sends a request: plan these targets, settle, or verify. The source's queue holds messages:
 * plan one target, or sync one scope of it.
 */

/** A target, and the role to assume in it when it is in another account than the functions. */
export interface RemoteTarget extends Target {
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
}

const ROLE = /^arn:[a-z-]+:iam::(\d{12}):role\/\S+$/;

const target = z
  .object({
    account: z.string().check(z.regex(ACCOUNT, "is not twelve digits")),
    region: z.string().check(z.regex(REGION, "is not a region")),
    roleArn: z.optional(z.string().check(z.regex(ROLE, "is not the ARN of a role"))),
    externalId: z.optional(z.string().check(z.minLength(2), z.maxLength(1224))),
  })
  .check(z.refine(ownsRole, { path: ["roleArn"], error: "is a role of another account than the target's" }));

/** A role of another account would list that account's items under this target. */
function ownsRole({ account, roleArn }: RemoteTarget): boolean {
  return roleArn === undefined || ROLE.exec(roleArn)?.[1] === account;
}

const scope = z.object({
  id: z.string().check(
    z.minLength(1),
    z.refine((id) => id !== PLAN),
  ),
  range: z.object({ from: z.optional(z.string()), until: z.optional(z.string()) }),
});

/** Only what is new is to be listed, of a source that lists in order of creation. */
const incremental = z.optional(z.boolean());

/** The source whose function it is for: in another's queue it would store items under the wrong source. */
const source = z.string();

const planMessage = z.object({ kind: z.literal("plan"), source, target, incremental });

const syncMessage = z.object({
  kind: z.literal("sync"),
  source,
  target,
  scope,
  incremental,
  /** The plan no longer named the scope. */
  orphaned: z.optional(z.boolean()),
  /** The last scope of its plan: when it is done, the collection's record is written. */
  last: z.optional(z.boolean()),
});

const message = z.discriminatedUnion("kind", [planMessage, syncMessage]);

const planRequest = z.object({
  kind: z.literal("plan"),
  targets: z.array(target).check(z.minLength(1)),
  incremental,
});

/** Take over what writers that died left behind, which holds readers back. */
const settleRequest = z.object({ kind: z.literal("settle") });

/** Verify what is stored of the source. A person may also ask to repair what is damaged. */
const verifyRequest = z.object({ kind: z.literal("verify"), repair: z.optional(z.boolean()) });

const request = z.discriminatedUnion("kind", [planRequest, settleRequest, verifyRequest]);

export type Request = z.infer<typeof request>;
export type VerifyRequest = z.infer<typeof verifyRequest>;
export type PlanMessage = z.infer<typeof planMessage>;
export type SyncMessage = z.infer<typeof syncMessage>;
export type Message = PlanMessage | SyncMessage;

/** The input or message is none that Stocktake sends: one line that says what is wrong with it. */
export class InvalidMessageError extends Error {
  override readonly name = "InvalidMessageError";
}

/** Reads the input of a scheduled invocation, or throws InvalidMessageError. */
export function parseRequest(input: unknown): Request {
  return parse(request, input, "input");
}

/** Reads the body of a record of a source's queue, or throws InvalidMessageError. */
export function parseMessage(body: string, source: string): Message {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch (error) {
    throw new InvalidMessageError("Invalid message: not JSON", { cause: error });
  }
  const parsed = parse(message, content, "message");
  if (parsed.source !== source) throw new InvalidMessageError(`Invalid message: it is for ${parsed.source}`);
  return parsed;
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw new InvalidMessageError(`Invalid ${what}: ${path}${issue?.message ?? "not as expected"}`);
}
