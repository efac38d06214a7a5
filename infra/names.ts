import { ArnFormat, Stack, Token } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { ConfigurationError } from "./settings.ts";

const MAX_NAME = 32;
/** IAM's maximum for roles, and Lambda's for functions. */
const MAX_RESOURCE_NAME = 64;

/**
 * The fixed names of an inventory's functions and roles. Other accounts trust the roles by name before they exist, and a function may
 * invoke itself without a reference to itself. IAM's names are the same in every region, so those of roles contain the region.
 */
export interface Names {
  readonly inventory: string;
  /** `Stocktake-sagemaker` */
  functionName(part: string): string;
  /** `Stocktake-eu-west-1-sagemaker` */
  roleName(part: string): string;
}

/** The names of the inventory in a stack: from `name`, or else from the stack's name. */
export function namesOf(scope: Construct, name: string | undefined): Names {
  const { stackName, region } = Stack.of(scope);
  const inventory = name ?? stackName;
  if (Token.isUnresolved(inventory)) {
    throw new ConfigurationError('the stack has no fixed name, as nested stacks: set "name" for the inventory');
  }
  if (inventory.length > MAX_NAME) {
    throw new ConfigurationError(
      `the stack's name "${inventory}" has ${inventory.length} characters, and names of roles begin with it: set "name" to at most ${MAX_NAME}`,
    );
  }
  return {
    inventory,
    functionName: (part) => assertFits(`${inventory}-${part}`),
    roleName: (part) => assertFits(`${inventory}-${region}-${part}`),
  };
}

function assertFits(name: string): string {
  if (Token.isUnresolved(name) || name.length <= MAX_RESOURCE_NAME) return name;
  throw new ConfigurationError(
    `the name "${name}" is longer than ${MAX_RESOURCE_NAME} characters: set "name" to something shorter`,
  );
}

/** The ARN of a function in the same account and region, by its name. */
export function lambdaArn(scope: Construct, functionName: string): string {
  return Stack.of(scope).formatArn({
    service: "lambda",
    resource: "function",
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
