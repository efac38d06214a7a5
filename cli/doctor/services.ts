import { type ClientTarget, clientSettings } from "../../functions/aws/settings.ts";
import { ENTIRE_COLLECTION, type Scope } from "../../functions/model/collection.ts";
import { type SyncError, serviceError } from "../../functions/model/errors.ts";
import {
  type Connection,
  type Grant,
  iamPrefixOf,
  ParentNotFoundError,
  type Source,
} from "../../functions/model/source.ts";
import type { AwsSettings } from "../aws.ts";
import type { Finding } from "./finding.ts";

/** A source in a region, and how its service is reached. */
export interface CheckedTarget {
  readonly source: Source;
  readonly account: string;
  readonly client: ClientTarget;
}

/** What a call of a source showed. */
export interface ServiceCheck {
  readonly finding: Finding;
  /** How far this machine's clock is ahead of the service's, ms. */
  readonly clockOffset: number | undefined;
}

const MAX_ATTEMPTS = 2;
const TIMEOUT_MS = 20_000;

/** Asks a source's service for one page of its listing, and of its plan where it has one: these calls change nothing. */
export async function checkService(
  aws: AwsSettings,
  { source, account, client }: CheckedTarget,
): Promise<ServiceCheck> {
  const { region } = client;
  const name = `${source.id} ${region}`;
  const settings = clientSettings(client);
  const endpoints = new Set<string>();
  const handler = settings.requestHandler;
  const connection = source.connect({
    ...settings,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      ...handler,
      handle(...call: Parameters<typeof handler.handle>) {
        const [{ protocol, hostname, port }] = call;
        endpoints.add(`${protocol}//${hostname}${port ? `:${port}` : ""}`);
        return handler.handle(...call);
      },
    },
  });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const where = () => ({ from: aws.endpoint(iamPrefixOf(source)).from, endpoint: [...endpoints][0] ?? "its endpoint" });
  const began = performance.now();
  let step: "plan" | "list" = source.planned ? "plan" : "list";
  try {
    const scope = source.planned ? await firstOf(connection.plan(signal, { account, region })) : ENTIRE_COLLECTION;
    step = "list";
    if (scope) await firstPage(connection, scope, signal);
    const { from, endpoint } = where();
    const took = Math.round(performance.now() - began);
    const untried = scope ? "" : `; ${source.operation} could not be tried, since nothing is there to ask about`;
    const message = `${endpoint} answers in ${took} ms${untried}`;
    return { finding: { name, status: "ok", message, from }, clockOffset: connection.clockOffset() };
  } catch (error) {
    const silence = () => Object.assign(new Error(`no answer within ${TIMEOUT_MS / 1000} s`), { name: "TimeoutError" });
    const cause = signal.aborted ? silence() : error;
    const failure = serviceError(source.operation, cause);
    const { from, endpoint } = where();
    const { hint = "" } = failure;
    const said = hint ? failure.message.slice(0, -hint.length - 2) : failure.message;
    const finding = { name, status: "problem" as const, message: `${said} (${endpoint})`, from };
    const remedy = remedyOf(failure, { source, account, region, step });
    return { finding: { ...finding, remedy }, clockOffset: connection.clockOffset() };
  } finally {
    connection.close();
  }
}

async function firstOf<T>(values: AsyncIterable<T>): Promise<T | undefined> {
  for await (const value of values) return value;
  return undefined;
}

async function firstPage(connection: Connection, scope: Scope, signal: AbortSignal): Promise<void> {
  try {
    await firstOf(connection.list(scope, signal));
  } catch (error) {
    // What was endpoints about went meanwhile; the service has answered.
    if (!(error instanceof ParentNotFoundError)) throw error;
  }
}

interface Denied {
  readonly source: Source;
  readonly account: string;
  readonly region: string;
  readonly step: "plan" | "list";
}

/** A permission that is missing is named, and on what it is needed. */
function remedyOf({ code, message, hint = "Try again" }: SyncError, denied: Denied): string {
  if (code !== "denied" || !/AccessDenied|UnauthorizedOperation|not authorized/i.test(message)) return hint;
  if (/service control policy/i.test(message)) return hint;
  const { source, account, region, step } = denied;
  const named = /not authorized to perform:? ([\w-]+:\w+)/i.exec(message)?.[1];
  const grant = source.grants.find(({ action }) => action === named) ?? grantOf(source, step);
  if (!grant) return hint;
  const resources = grant.resources({ account, region, partition: partitionOf(region) });
  return `allow ${grant.action} on ${resources.join(", ")} to these credentials`;
}

/** A plan is made with the first of a source's actions, a list with the last. */
function grantOf({ grants }: Source, step: "plan" | "list"): Grant | undefined {
  return step === "plan" ? grants[0] : grants.at(-1);
}

function partitionOf(region: string): string {
  const partitions: readonly (readonly [RegExp, string])[] = [
    [/^cn-/, "aws-cn"],
    [/^us-gov-/, "aws-us-gov"],
    [/^us-iso-/, "aws-iso"],
    [/^us-isob-/, "aws-iso-b"],
    [/^us-isof-/, "aws-iso-f"],
    [/^eu-isoe-/, "aws-iso-e"],
    [/^eusc-/, "aws-eusc"],
  ];
  return partitions.find(([names]) => names.test(region))?.[1] ?? "aws";
}
