import { accessSync, constants, existsSync, statSync } from "node:fs";
import { loadSharedConfigFiles } from "@smithy/core/config";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, SharedConfigFiles } from "@smithy/types";
import type { ClientTarget } from "../functions/aws/settings.ts";
import { credentialChain } from "./credentials.ts";
import { type Network, networkFrom } from "./network.ts";
import { checkEndpoint, DEFAULT, type Setting } from "./settings.ts";
import { UsageError } from "./usage.ts";

/** How AWS is reached, resolved once for everything that a command calls. */
export interface AwsSettings {
  /** Undefined where neither an option, a variable nor the default profile is there. */
  readonly profile: Setting<string> | undefined;
  /** The region that is configured beside any option. */
  readonly region: Setting<string> | undefined;
  /** Resolved when they are first needed, and shared by all clients. */
  readonly credentials: AwsCredentialIdentityProvider;
  readonly network: Network;
  /** Where a service, by its IAM prefix, is reached; its host follows from the region where that is the default. */
  endpoint(service: string): Setting<string | undefined>;
  /** What a client of that region is set up with. */
  target(region: string): ClientTarget;
}

/**
 * Resolves profile, region, credentials, endpoints and network from an option, the variables and the configuration files, in that order.
 * Throws a UsageError that names what is wrong: a profile that is missing, an endpoint that is no URL.
 */
export async function resolveAws(
  env: NodeJS.ProcessEnv,
  given: { readonly profile?: string } = {},
): Promise<AwsSettings> {
  const files = await sharedFiles(env);
  const profile = profileIn(env, given.profile, files);
  const values = valuesOf(files, profile);
  const bundle = values.ca_bundle ? { value: values.ca_bundle, from: profileOrigin(profile) } : undefined;
  const network = networkFrom(env, bundle);
  const region = regionIn(env, values.region, profile);
  checkEndpoints(env, values, profile);
  const { httpsAgent } = network;
  const credentials = credentialChain(
    { env, profile: profile?.value, values, files },
    {
      ...(given.profile !== undefined && { profile: given.profile }),
      clientConfig: { region: region?.value ?? STS_REGION, ...(httpsAgent && { requestHandler: { httpsAgent } }) },
    },
  );
  return {
    profile,
    region,
    credentials,
    network,
    endpoint: (service) => endpointOf(env, service, { files, values, profile }),
    target: (name) => ({ region: name, credentials, ...(httpsAgent && { httpsAgent }) }),
  };
}

/** The region that the environment or the profile configures, also where the rest of the configuration is wrong. */
export async function configuredRegion(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const files = await sharedFiles(env);
  const profile = { value: env.AWS_PROFILE || "default", from: "AWS_PROFILE" };
  return regionIn(env, valuesOf(files, profile).region, profile)?.value;
}

function valuesOf(files: SharedConfigFiles, profile: Setting<string> | undefined): Configured["values"] {
  const name = profile?.value ?? "default";
  return { ...files.configFile[name], ...files.credentialsFile[name] };
}

/** Where a role is assumed when no region is configured: the SDK takes this one as well, but warns. */
const STS_REGION = "us-east-1";

async function sharedFiles(env: NodeJS.ProcessEnv): Promise<SharedConfigFiles> {
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = env;
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) assertFile(name, env[name]);
  return loadSharedConfigFiles({
    ...(AWS_CONFIG_FILE && { configFilepath: AWS_CONFIG_FILE }),
    ...(AWS_SHARED_CREDENTIALS_FILE && { filepath: AWS_SHARED_CREDENTIALS_FILE }),
  });
}

/** The SDK takes a file that it cannot read for an empty one. One that is not there is none. */
function assertFile(name: string, file: string | undefined): void {
  const problem = file ? unreadable(file) : undefined;
  if (problem) throw new UsageError(`${name}=${file} ${problem}: name a file that can be read, or unset it`);
}

function unreadable(file: string): string | undefined {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) return "is a folder";
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : `cannot be read (${code})`;
  }
}

function profileIn(
  env: NodeJS.ProcessEnv,
  given: string | undefined,
  { configFile, credentialsFile }: SharedConfigFiles,
): Setting<string> | undefined {
  const named = given
    ? { value: given, from: "--profile" }
    : env.AWS_PROFILE
      ? { value: env.AWS_PROFILE, from: "AWS_PROFILE" }
      : undefined;
  const isThere = (name: string) => configFile[name] !== undefined || credentialsFile[name] !== undefined;
  if (!named) return isThere("default") ? { value: "default", from: DEFAULT } : undefined;
  if (isThere(named.value)) return named;
  const known = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter(isProfile).sort();
  const choice =
    known.length > 0
      ? `choose from ${known.slice(0, 20).join(", ")}`
      : `make it with \`aws configure --profile ${named.value}\``;
  const missing = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"].filter(
    (name) => env[name] && !existsSync(env[name]),
  );
  const notThere = missing.map((name) => ` (${name}=${env[name]} is not there)`).join("");
  const asGiven = named.from === "--profile" ? `--profile ${named.value}` : `${named.from}=${named.value}`;
  throw new UsageError(`${asGiven}: your AWS configuration has no such profile${notThere}: ${choice}, or leave it out`);
}

/** The parsed files also hold sections of other kinds, under `kind.name`. */
function isProfile(name: string): boolean {
  return !/^(sso-session|services)\./.test(name);
}

function profileOrigin(profile: Setting<string> | undefined): string {
  return `profile ${profile?.value ?? "default"}`;
}

function regionIn(
  env: NodeJS.ProcessEnv,
  inProfile: string | undefined,
  profile: Setting<string> | undefined,
): Setting<string> | undefined {
  for (const from of ["AWS_REGION", "AWS_DEFAULT_REGION"]) {
    const value = env[from];
    if (value) return { value, from };
  }
  return inProfile ? { value: inProfile, from: profileOrigin(profile) } : undefined;
}

interface Configured {
  readonly files: SharedConfigFiles;
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly profile: Setting<string> | undefined;
}

/** Where the SDK's own rules find a service's endpoint. `service` is its IAM prefix. */
function endpointOf(env: NodeJS.ProcessEnv, service: string, configured: Configured): Setting<string | undefined> {
  const { files, values, profile } = configured;
  const own = Object.keys(env).find((name) => isNamed(name, "AWS_ENDPOINT_URL_", service));
  for (const from of [own, "AWS_ENDPOINT_URL"]) {
    const value = from && env[from];
    if (from && value) return { value, from };
  }
  const services = Object.entries(files.configFile[`services.${values.services}`] ?? {});
  const [, inSection] = services.find(([name]) => isNamed(name.replace(/\.endpoint_url$/, ""), "", service)) ?? [];
  if (inSection) return { value: inSection, from: `services ${values.services} of ${profileOrigin(profile)}` };
  if (values.endpoint_url) return { value: values.endpoint_url, from: profileOrigin(profile) };
  return { value: undefined, from: DEFAULT };
}

/** Whether a variable, or a section, names a service: IOT_MANAGED_INTEGRATIONS is iotmanagedintegrations. */
function isNamed(name: string, prefix: string, service: string): boolean {
  return name.startsWith(prefix) && name.slice(prefix.length).replaceAll("_", "").toLowerCase() === service;
}

function checkEndpoints(env: NodeJS.ProcessEnv, values: Configured["values"], profile: Setting<string> | undefined) {
  for (const [name, value] of Object.entries(env)) {
    if (/^AWS_ENDPOINT_URL(_|$)/.test(name) && value) checkEndpoint(value, name);
  }
  if (values.endpoint_url) checkEndpoint(values.endpoint_url, `endpoint_url of ${profileOrigin(profile)}`);
}

/** What the SDK says of where credentials came from, for people. */
export function credentialsOrigin(identity: AwsCredentialIdentity, profile: Setting<string> | undefined): string {
  const { $source = {} } = identity as { readonly $source?: object };
  const used = new Set(Object.keys($source));
  const from = ORIGINS.filter(([feature]) => used.has(feature)).map(([, text]) => text);
  const isOfProfile = [...used].some((feature) => /PROFILE|SSO/.test(feature));
  if (isOfProfile) return `${profileOrigin(profile)}${from.length > 0 ? ` (${from.join(", ")})` : ""}`;
  return from.join(", ") || "the credential chain";
}

/** The SDK's names of ways to credentials. */
const ORIGINS: readonly (readonly [feature: string, text: string])[] = [
  ["CREDENTIALS_ENV_VARS", "AWS_ACCESS_KEY_ID"],
  ["CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE"],
  ["CREDENTIALS_SSO", "IAM Identity Center"],
  ["CREDENTIALS_SSO_LEGACY", "IAM Identity Center"],
  ["CREDENTIALS_PROCESS", "a process"],
  ["CREDENTIALS_STS_ASSUME_ROLE", "an assumed role"],
  ["CREDENTIALS_STS_ASSUME_ROLE_WEB_ID", "a web identity"],
  ["CREDENTIALS_HTTP", "the container"],
  ["CREDENTIALS_IMDS", "the instance's role"],
];
