import { ACCOUNT, REGION, type Target } from "../../functions/model/collection.ts";
import { UsageError } from "../usage.ts";

/** A target as people write it, `123456789012/eu-west-1`, or an account with all its regions. */
export interface NamedTarget {
  readonly account: string;
  readonly region?: string;
}

/** Reads a target's name, or throws a UsageError. */
export function namedTarget(text: string): NamedTarget {
  const [account = "", region, ...rest] = text.split("/");
  const isTarget = ACCOUNT.test(account) && (region === undefined || REGION.test(region)) && rest.length === 0;
  if (isTarget) return { account, ...(region !== undefined && { region }) };
  throw new UsageError(`"${text}" is not a target: give an account and a region, like 123456789012/eu-west-1`);
}

/** Reads the name of a target with its region, or throws a UsageError. */
export function wholeTarget(text: string): Target {
  const { account, region } = namedTarget(text);
  if (region === undefined) throw new UsageError(`"${text}" has no region: give both, like ${account}/eu-west-1`);
  return { account, region };
}
