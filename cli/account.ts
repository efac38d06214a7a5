import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { clientSettings } from "../functions/aws/settings.ts";
import { ACCOUNT } from "../functions/model/collection.ts";
import { serviceError } from "../functions/model/errors.ts";
import type { AwsSettings } from "./aws.ts";
import { LocalError, UsageError } from "./usage.ts";

/** Whose credentials are used. */
export interface CallerAccount {
  readonly account: string;
  /** STS has said so; otherwise only a person has. */
  readonly verified: boolean;
  /** The regions whose STS answered: it accepts the credentials. */
  readonly acceptedIn: ReadonlySet<string>;
  /** Why STS could not be asked, if it is not verified. */
  readonly failure?: string;
}

/**
 * The account of the credentials, as STS in any of the regions says, or in the one that every account of the partition has. Throws a
 * UsageError when another account was `given`; where no STS can be asked, what was given is taken.
 */
export async function callerAccount(
  aws: AwsSettings,
  regions: readonly string[],
  given: string | undefined,
): Promise<CallerAccount> {
  if (given !== undefined && !ACCOUNT.test(given)) {
    throw new UsageError(`--account ${given} is not an account: give its twelve digits`);
  }
  const answers = await askAll(aws, regions);
  const home = homeRegionOf(regions[0] ?? "");
  if (answers.accounts.size === 0 && !regions.includes(home)) {
    const [account] = (await askAll(aws, [home])).accounts.values();
    if (account !== undefined) answers.accounts.set(home, account);
  }
  const [found] = answers.accounts;
  if (found === undefined) {
    const { message } = serviceError("STS GetCallerIdentity", answers.failure);
    if (given !== undefined) return { account: given, verified: false, acceptedIn: new Set(), failure: message };
    const hint = "; pass --account to go on without it, or `npm start` for a simulated account";
    throw new LocalError(`${message}${hint}`, { cause: answers.failure });
  }
  const [region, account] = found;
  if (given !== undefined && given !== account) {
    const remedy = `use credentials of ${given} (AWS_PROFILE), or pass --account ${account}`;
    throw new UsageError(
      `--account ${given}: the credentials are of account ${account}, says STS in ${region}: ${remedy}`,
    );
  }
  return { account, verified: true, acceptedIn: new Set(answers.accounts.keys()) };
}

/** What STS answers in some regions: the account in each that answers, and the first failure. */
interface StsAnswers {
  readonly accounts: Map<string, string>;
  readonly failure: unknown;
}

async function askAll(aws: AwsSettings, regions: readonly string[]): Promise<StsAnswers> {
  const accounts = new Map<string, string>();
  let failure: unknown;
  await Promise.all(
    regions.map(async (region) => {
      try {
        accounts.set(region, await accountIn(aws, region));
      } catch (error) {
        failure ??= error;
      }
    }),
  );
  return { accounts, failure };
}

const TIMEOUT_MS = 5_000;

async function accountIn(aws: AwsSettings, region: string): Promise<string> {
  const client = new STSClient({ ...clientSettings(aws.target(region)), maxAttempts: 2 });
  try {
    const { Account = "" } = await client.send(new GetCallerIdentityCommand({}), {
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (ACCOUNT.test(Account)) return Account;
    throw new LocalError("STS did not say whose credentials these are");
  } finally {
    client.destroy();
  }
}

/** The region of a partition that no account has to enable. */
function homeRegionOf(region: string): string {
  return HOME_REGIONS.find(([names]) => names.test(region))?.[1] ?? "us-east-1";
}

const HOME_REGIONS: readonly (readonly [names: RegExp, home: string])[] = [
  [/^cn-/, "cn-north-1"],
  [/^us-gov-/, "us-gov-west-1"],
  [/^us-iso-/, "us-iso-east-1"],
  [/^us-isob-/, "us-isob-east-1"],
  [/^us-isof-/, "us-isof-south-1"],
  [/^eu-isoe-/, "eu-isoe-west-1"],
  [/^eusc-/, "eusc-de-east-1"],
];
