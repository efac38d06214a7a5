import { writeFile } from "node:fs/promises";
import path from "node:path";
import { loadSharedConfigFiles } from "@smithy/core/config";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resolveAws } from "../../cli/aws.ts";
import { credentialChain } from "../../cli/credentials.ts";
import { serviceError } from "../../functions/model/errors.ts";
import { newFolder } from "./cli.ts";

/*
 * Whatever is wrong with credentials, the line that people read says what it is and what ends it, as the SDK's own words seldom do.
 */

const PROFILES = `
[profile hangs]
credential_process = sleep 20
[profile prints-nonsense]
credential_process = echo nonsense
[profile fails]
credential_process = /no/such/program
[profile expired]
credential_process = echo '{"Version":1,"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"2020-01-01T00:00:00Z"}'
[profile no-login]
sso_session = here
sso_account_id = 123456789012
sso_role_name = audit
[sso-session here]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
[profile no-session]
sso_session = missing
sso_account_id = 123456789012
sso_role_name = audit
[profile circle]
role_arn = arn:aws:iam::123456789012:role/audit
source_profile = circle
[profile asks]
role_arn = arn:aws:iam::123456789012:role/audit
source_profile = keys
mfa_serial = arn:aws:iam::123456789012:mfa/me
[profile keys]
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = secret
`;

let folder: Awaited<ReturnType<typeof newFolder>>;
let config: string;
beforeAll(async () => {
  folder = await newFolder();
  config = path.join(folder.folder, "config");
  await writeFile(config, PROFILES);
  // The SDK reads the files once in a process.
  await loadSharedConfigFiles({ configFilepath: config, filepath: `${config}-none`, ignoreCache: true });
});
afterAll(() => folder.remove());

/** What a person reads of a service that was asked with these credentials. */
async function said(profile: string | undefined, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const files = await loadSharedConfigFiles({ configFilepath: config, filepath: `${config}-none`, ignoreCache: true });
  const values = { ...files.configFile[profile ?? ""] };
  const process_ = { ...process.env };
  for (const name of Object.keys(process_).filter((name) => name.startsWith("AWS_"))) delete process.env[name];
  const chainFiles = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: `${config}-none` };
  Object.assign(process.env, { ...chainFiles, AWS_EC2_METADATA_DISABLED: "true" }, env);
  try {
    const own = profile === undefined ? {} : { profile };
    const chain = credentialChain(
      { env: process.env, profile, values, files },
      { ...own, ignoreCache: true, clientConfig: { region: "eu-west-1" } },
      profile === "hangs" ? 200 : 60_000,
    );
    const { accessKeyId } = await chain();
    return accessKeyId;
  } catch (error) {
    return serviceError("STS GetCallerIdentity", error).message;
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in process_)) delete process.env[name];
    Object.assign(process.env, process_);
  }
}

describe("a profile", () => {
  test.each([
    ["hangs", /no credentials within 0\.2 s\. Run the credential_process of profile hangs by hand: it does not end$/],
    [
      "prints-nonsense",
      /invalid JSON\. Run the credential_process of profile prints-nonsense by hand, and correct it$/,
    ],
    ["fails", /not found\. Run the credential_process of profile fails by hand, and correct it$/],
    ["expired", /expired credentials\. Run the credential_process of profile expired by hand, and correct it$/],
    ["no-login", /Sign in with `aws sso login --profile no-login`$/],
    [
      "no-session",
      /profile no-session names the sso-session missing, which your AWS configuration lacks\. Add it with `aws configure sso-session`$/,
    ],
    ["circle", /Correct source_profile or credential_source of profile circle$/],
    [
      "asks",
      /cannot be asked for here\. Set the variables that `aws configure export-credentials --profile asks --format env` prints$/,
    ],
    ["keys", /^AKIDEXAMPLE$/],
  ])("that %s says what ends it", async (profile, line) => {
    expect(await said(profile)).toMatch(line);
  });
});

describe("variables", () => {
  test.each([
    [
      "a key without its secret",
      { AWS_ACCESS_KEY_ID: "a" },
      /AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY\. Set both, or neither$/,
    ],
    [
      "a secret without its key",
      { AWS_SECRET_ACCESS_KEY: "a" },
      /AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID\. Set both/,
    ],
    [
      "a key with a line break",
      { AWS_ACCESS_KEY_ID: "a\nb", AWS_SECRET_ACCESS_KEY: "c" },
      /has a space, a line break or another character that no key has\. Set it again$/,
    ],
    [
      "a token's file that is not there",
      { AWS_WEB_IDENTITY_TOKEN_FILE: "/no/such", AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/x" },
      /AWS_WEB_IDENTITY_TOKEN_FILE=\/no\/such cannot be read \(ENOENT\)\. Name the file of the token, or unset it$/,
    ],
    [
      "a container that is another host",
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://example.com/x" },
      /AWS_CONTAINER_CREDENTIALS_FULL_URI=http:\/\/example\.com\/x gives no credentials\. Correct or unset it$/,
    ],
  ])("with %s say what ends it", async (_name, env, line) => {
    expect(await said(undefined, env)).toMatch(line);
  });
});

test("a configuration file that cannot be read, or is not there, is named", async () => {
  const files = { AWS_CONFIG_FILE: folder.folder, AWS_SHARED_CREDENTIALS_FILE: `${config}-none` };
  await expect(resolveAws(files)).rejects.toThrow(
    `AWS_CONFIG_FILE=${folder.folder} is a folder: name a file that can be read, or unset it`,
  );
  await expect(resolveAws({ ...files, AWS_CONFIG_FILE: "/no/such", AWS_PROFILE: "audit" })).rejects.toThrow(
    "AWS_PROFILE=audit: your AWS configuration has no such profile (AWS_CONFIG_FILE=/no/such is not there",
  );
});
