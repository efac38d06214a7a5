import { type AwsSettings, resolveAws } from "../cli/aws.ts";
import { LocalError } from "../cli/usage.ts";
import { formatError } from "../functions/model/errors.ts";

/** What requests are signed and sent with. Throws LocalError, which says what to do, when there are no credentials. */
export async function usableCredentials(
  profile: string | undefined,
): Promise<Pick<AwsSettings["network"], "fetch"> & Pick<AwsSettings, "credentials">> {
  const { credentials, network } = await resolveAws(process.env, profile === undefined ? {} : { profile });
  try {
    await credentials();
  } catch (error) {
    const whose = profile === undefined ? "" : ` of profile ${profile}`;
    const remedy = "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`";
    throw new LocalError(`there are no credentials${whose}: ${remedy} (${formatError(error)})`, { cause: error });
  }
  return { credentials, fetch: network.fetch };
}
