import { fromIni, fromNodeProviderChain } from "@aws-sdk/credential-providers";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, SharedConfigFiles } from "@smithy/types";
import { formatError } from "../functions/model/errors.ts";
import { leaveRunning } from "./stop.ts";

type ChainOptions = NonNullable<Parameters<typeof fromNodeProviderChain>[0]>;

/** Where credentials come from, as the configuration says. */
export interface CredentialSources {
  readonly env: NodeJS.ProcessEnv;
  /** The profile's name; undefined where there is none. */
  readonly profile: string | undefined;
  /** What the profile sets. */
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly files: SharedConfigFiles;
}

/** A `credential_process` may ask a person; what takes longer does not end. */
const TIMEOUT_MS = 60_000;

/**
 * The SDK's credential chain, whose errors say what ends them. What does not end is given up after a minute, for all that ask meanwhile.
 */
export function credentialChain(
  sources: CredentialSources,
  options: ChainOptions,
  timeoutMs = TIMEOUT_MS,
): AwsCredentialIdentityProvider {
  const { profile } = sources;
  const { clientConfig } = options;
  const chain = fromNodeProviderChain(options);
  const resolve = async () => {
    try {
      return await chain();
    } catch (error) {
      // The chain goes on after a profile that gives none, and then only says that there are none. The profile says why.
      if (profile !== undefined) await fromIni({ profile, ...(clientConfig && { clientConfig }) })();
      throw error;
    }
  };
  let running: { readonly result: Promise<AwsCredentialIdentity>; readonly since: number } | undefined;
  return async () => {
    running ??= {
      result: resolve().finally(() => {
        running = undefined;
      }),
      since: performance.now(),
    };
    const { result, since } = running;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => {
          leaveRunning();
          reject(new CredentialsError(`no credentials within ${timeoutMs / 1000} s`, slowRemedy(sources)));
        },
        Math.max(0, since + timeoutMs - performance.now()),
      );
    });
    try {
      return checked(await Promise.race([result, patience]), sources);
    } catch (error) {
      throw explained(error, sources);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Named as the SDK's error is, so that it counts as one wherever errors are told apart. */
class CredentialsError extends Error {
  override readonly name = "CredentialsProviderError";
  /** What ends the condition. */
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** What ends the condition that an error of `credentialChain` is about; undefined of any other. */
export function credentialsHint(error: unknown): string | undefined {
  return error instanceof CredentialsError ? error.hint : undefined;
}

/** The SDK takes anything for a key, and finds out when it has signed with it. */
function checked(identity: AwsCredentialIdentity, { env, profile }: CredentialSources): AwsCredentialIdentity {
  const { accessKeyId, secretAccessKey, sessionToken = "" } = identity;
  if (!/[^\x21-\x7e]/.test(accessKeyId + secretAccessKey + sessionToken)) return identity;
  const isFromEnv = accessKeyId === env.AWS_ACCESS_KEY_ID;
  const whose = isFromEnv
    ? "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN"
    : `a key of ${nameOf(profile)}`;
  throw new CredentialsError(`${whose} has a space, a line break or another character that no key has`, "Set it again");
}

function nameOf(profile: string | undefined): string {
  return `profile ${profile ?? "default"}`;
}

function slowRemedy({ profile, values }: CredentialSources): string {
  if (values.credential_process) return `Run the credential_process of ${nameOf(profile)} by hand: it does not end`;
  return "Check the network, and whether something waits for an answer";
}

/** An error of the chain with the remedy that helps. What a service answered, such as that a role may not be assumed, says it itself. */
function explained(error: unknown, sources: CredentialSources): unknown {
  const { name = "", code, message = "", $fault } = error as NodeJS.ErrnoException & { readonly $fault?: string };
  if (error instanceof CredentialsError || $fault !== undefined) return error;
  const isOurs = name === "CredentialsProviderError" || name === "TokenProviderError";
  const found = remedyFor(sources, message, code);
  if (!found) return isOurs || code !== undefined ? error : unresolved(error, sources);
  return new CredentialsError(found.says ?? formatError(error), found.remedy, { cause: error });
}

function unresolved(error: unknown, { profile }: CredentialSources): Error {
  const remedy = `Correct ${nameOf(profile)} in your AWS configuration`;
  return new CredentialsError(
    `the credentials of ${nameOf(profile)} cannot be resolved: ${formatError(error)}`,
    remedy,
    {
      cause: error,
    },
  );
}

interface Remedy {
  /** In place of what the SDK says, where that helps nobody. */
  readonly says?: string;
  readonly remedy: string;
}

function remedyFor(
  { env, profile, values, files }: CredentialSources,
  message: string,
  code: string | undefined,
): Remedy | undefined {
  const name = nameOf(profile);
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile } = env;
  if (code !== undefined && tokenFile !== undefined && message.includes(tokenFile)) {
    const says = `AWS_WEB_IDENTITY_TOKEN_FILE=${tokenFile} cannot be read (${code})`;
    return { says, remedy: "Name the file of the token, or unset it" };
  }
  if (profile === undefined) return remedyWithoutProfile(env);
  const { sso_session: session } = values;
  if (session !== undefined && files.configFile[`sso-session.${session}`] === undefined) {
    const says = `${name} names the sso-session ${session}, which your AWS configuration lacks`;
    return { says, remedy: "Add it with `aws configure sso-session`" };
  }
  if (session !== undefined || values.sso_start_url !== undefined) {
    return { remedy: `Sign in with \`aws sso login --profile ${profile}\`` };
  }
  if (values.credential_process !== undefined) {
    return { remedy: `Run the credential_process of ${name} by hand, and correct it` };
  }
  if (values.role_arn === undefined) return undefined;
  if (/multi-?factor|MFA/i.test(message)) {
    const says = `${name} wants a code of multi-factor authentication, which cannot be asked for here`;
    return {
      says,
      remedy: `Set the variables that \`aws configure export-credentials --profile ${profile} --format env\` prints`,
    };
  }
  return { remedy: `Correct source_profile or credential_source of ${name}` };
}

function remedyWithoutProfile(env: NodeJS.ProcessEnv): Remedy | undefined {
  const [id, secret] = [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY];
  if (Boolean(id) !== Boolean(secret)) {
    const [there, missing] = id
      ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
      : ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"];
    return { says: `${there} is set without ${missing}`, remedy: "Set both, or neither" };
  }
  for (const variable of ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]) {
    const value = env[variable];
    if (value) return { says: `${variable}=${value} gives no credentials`, remedy: "Correct or unset it" };
  }
  return undefined;
}
