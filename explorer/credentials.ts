import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { LocalError } from "../cli/usage.ts";
import { formatError } from "../functions/model/errors.ts";

/** The credentials of a profile, or of the usual chain. Throws LocalError, which says what to do, when there are none. */
export async function usableCredentials(profile: string | undefined): Promise<AwsCredentialIdentityProvider> {
  const credentials = fromNodeProviderChain(profile === undefined ? {} : { profile });
  try {
    await credentials();
  } catch (error) {
    const whose = profile === undefined ? "" : ` of profile ${profile}`;
    const remedy = "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`";
    throw new LocalError(`there are no credentials${whose}: ${remedy} (${formatError(error)})`, { cause: error });
  }
  return credentials;
}
