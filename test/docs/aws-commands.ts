import * as cloudformation from "@aws-sdk/client-cloudformation";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as kms from "@aws-sdk/client-kms";
import * as lambda from "@aws-sdk/client-lambda";
import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";

/*
 * Commands of the AWS CLI need an account, so they are not run. Their operations and options are looked up in the SDK, which is generated
 * from the same models.
 */

const CLIENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  cloudformation,
  dynamodb,
  kms,
  lambda,
};

/** Options of operations whose SDK client is not installed, copied from the AWS CLI's reference. */
const BY_HAND: Readonly<Record<string, readonly string[]>> = {
  "cloudformation deploy": ["template-file", "stack-name", "capabilities"],
  "events enable-rule": ["name"],
  "events list-rule-names-by-target": ["target-arn"],
  "events describe-rule": ["name"],
  "sqs receive-message": ["queue-url", "attribute-names", "message-attribute-names", "max-number-of-messages"],
  "sqs purge-queue": ["queue-url"],
  "logs get-query-results": ["query-id"],
  "logs start-query": ["log-group-name", "start-time", "end-time", "query-string"],
  "logs tail": ["since", "filter-pattern"],
  "s3 rm": ["recursive"],
};

const OF_THE_CLI = ["query", "output", "profile", "region", "cli-binary-format"];

/** Says what is wrong with `aws SERVICE OPERATION --option ...`; undefined when nothing is. */
export function problemOfAws([, service = "", operation = "", ...rest]: readonly string[]): string | undefined {
  const known = BY_HAND[`${service} ${operation}`] ?? optionsOf(service, operation);
  if (!known) return `there is no ${service} ${operation}`;
  const given = rest.filter((word) => word.startsWith("--")).map((word) => word.slice(2));
  const unknown = given.filter((option) => ![...known, ...OF_THE_CLI].includes(option.replace(/^no-/, "")));
  return unknown.length > 0 ? `${service} ${operation} has no --${unknown.join(", --")}` : undefined;
}

function optionsOf(service: string, operation: string): string[] | undefined {
  const schema = CLIENTS[service]?.[`${pascal(operation)}$`] as StaticOperationSchema | undefined;
  if (!schema) return undefined;
  return Object.keys(NormalizedSchema.of(schema[4]).getMemberSchemas()).map(kebab);
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])([A-Z])/g, "-$1").toLowerCase();
}
