import { existsSync } from "node:fs";
import { formatError } from "../../functions/model/errors.ts";
import { mapConcurrent } from "../../functions/model/map-concurrent.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { type CallerAccount, callerAccount } from "../account.ts";
import { type AwsSettings, credentialsOrigin, resolveAws } from "../aws.ts";
import { credentialsHint } from "../credentials.ts";
import { shownProxy } from "../network.ts";
import { print } from "../output.ts";
import { type Setting, type Settings, settingsFrom } from "../settings.ts";
import { chosenRegions, chosenSources, regionalSources, type TargetOptions } from "../targets.ts";
import { LocalError, UsageError } from "../usage.ts";
import { type Finding, setting } from "./finding.ts";
import { checkService } from "./services.ts";
import { checkStorage } from "./storage.ts";

export interface DoctorOptions extends Omit<TargetOptions, "callsPerSecond"> {
  readonly profile?: string;
  readonly json?: boolean;
}

/**
 * Looks at everything that a sync of a real account depends on, without changing anything, and says what was found and what to do. Answers the
 * exit code: 0 when there is no problem.
 */
export async function doctor(options: DoctorOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const findings = [...(await checkOwnSettings(env)), ...(await checkAws(options, env))];
  const problems = findings.filter(({ status }) => status === "problem").length;
  const body = { ok: problems === 0, findings };
  await print(options.json ? `${JSON.stringify(body)}\n` : textOf(findings, problems));
  return problems === 0 ? 0 : 1;
}

async function checkOwnSettings(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  let settings: Settings;
  try {
    settings = settingsFrom(env);
  } catch (error) {
    return [problemOf("settings", error)];
  }
  const { retentionDays, origins } = settings;
  return [setting("retention", `${retentionDays} days`, origins.retentionDays), ...(await checkStorage(settings))];
}

async function checkAws(options: DoctorOptions, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const sources = chosenSources(SOURCES, options.source);
  let aws: AwsSettings;
  let regions: readonly string[];
  try {
    aws = await resolveAws(env, options.profile === undefined ? {} : { profile: options.profile });
    regions = chosenRegions(options.region, aws);
  } catch (error) {
    return [problemOf("configuration", error)];
  }
  const found = [
    ...networkFindings(aws),
    ...(aws.profile ? [setting("profile", aws.profile.value, aws.profile.from)] : []),
    setting("region", regions.join(", "), options.region.length > 0 ? "--region" : (aws.region?.from ?? "")),
  ];
  const { allowUnknownRegion = false } = options;
  const choice = { named: options.source.length > 0, allowUnknownRegion };
  const pairs = regionalSources(sources, regions, SOURCES, choice);
  const credentials = await checkCredentials(aws);
  found.push(credentials);
  if (credentials.status === "problem") return found;
  const { finding, caller } = await checkAccount(aws, regions, options.account);
  found.push(finding);
  const checks = await mapConcurrent(
    8,
    pairs.filter(({ supported }) => supported),
    ({ source, region }) => {
      const acceptedElsewhere = caller.acceptedIn.size > 0 && !caller.acceptedIn.has(region);
      return checkService(aws, {
        source,
        account: caller.account,
        client: { ...aws.target(region), acceptedElsewhere },
      });
    },
  );
  const absent = pairs
    .filter(({ supported }) => !supported)
    .map(({ source, region }): Finding => {
      const message = "left out: its service is not known to exist in this region";
      return { name: `${source.id} ${region}`, status: "note", message };
    });
  return [
    ...found,
    clockFinding(checks.flatMap(({ clockOffset }) => clockOffset ?? [])),
    ...checks.map((check) => check.finding),
    ...absent,
  ];
}

function networkFindings({ network: { proxy, noProxy, certificates } }: AwsSettings): Finding[] {
  return [
    ...(proxy ? [setting("proxy", shownProxy(proxy.value), proxy.from)] : []),
    ...(noProxy ? [setting("without proxy", noProxy.value, noProxy.from)] : []),
    ...(certificates ? [authoritiesFinding(certificates)] : []),
  ];
}

/** Node passes over a file of NODE_EXTRA_CA_CERTS that it cannot read. */
function authoritiesFinding({ value, from }: Setting<string>): Finding {
  const name = "authorities";
  if (existsSync(value)) return setting(name, value, from);
  const remedy = `name a file of PEM certificates in ${from}, or unset it`;
  return { name, status: "problem", message: `${value} cannot be read`, remedy, from };
}

const SOON_MS = 3_600_000;

async function checkCredentials({ credentials, profile }: AwsSettings): Promise<Finding> {
  const name = "credentials";
  try {
    const identity = await credentials();
    const { accessKeyId, expiration } = identity;
    const base = { name, from: credentialsOrigin(identity, profile) };
    const key = `access key ${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`;
    if (expiration === undefined) return { ...base, status: "ok", message: key };
    const until = expiration.toISOString();
    const left = expiration.getTime() - Date.now();
    if (left <= 0) {
      return {
        ...base,
        status: "problem",
        message: `${key}, expired at ${until}`,
        remedy: "renew them, as with `aws sso login`",
      };
    }
    return { ...base, status: left < SOON_MS ? "note" : "ok", message: `${key}, valid until ${until}` };
  } catch (error) {
    const signIn = "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`";
    return { name, status: "problem", message: formatError(error), remedy: credentialsHint(error) ?? signIn };
  }
}

/** Services are asked about some account even where it is not known. */
const UNKNOWN: CallerAccount = { account: "000000000000", verified: false, acceptedIn: new Set() };

async function checkAccount(
  aws: AwsSettings,
  regions: readonly string[],
  given: string | undefined,
): Promise<{ readonly finding: Finding; readonly caller: CallerAccount }> {
  const name = "account";
  try {
    const caller = await callerAccount(aws, regions, given);
    const { account, verified, acceptedIn, failure } = caller;
    if (verified) return { caller, finding: setting(name, account, `STS in ${[...acceptedIn].sort().join(", ")}`) };
    const effect = "a listing whose items are all another account's waits for a person's yes";
    const message = `${account} cannot be verified (${failure}): ${effect}`;
    return { caller, finding: { name, status: "note", message, from: "--account" } };
  } catch (error) {
    return { caller: { ...UNKNOWN, ...(given && { account: given }) }, finding: problemOf(name, error) };
  }
}

const MAX_OFFSET_MS = 300_000;

function clockFinding(offsets: readonly number[]): Finding {
  const name = "clock";
  const [offset] = [...offsets].sort((a, b) => Math.abs(b) - Math.abs(a));
  if (offset === undefined) return { name, status: "note", message: "not compared: no service has answered" };
  const direction = offset > 0 ? "ahead of" : "behind";
  // The services give whole seconds.
  const seconds = Math.floor(Math.abs(offset) / 1000);
  if (Math.abs(offset) <= MAX_OFFSET_MS) {
    return {
      name,
      status: "ok",
      message: seconds < 2 ? "as the services'" : `${seconds} s ${direction} the services'`,
    };
  }
  const message = `${seconds} s ${direction} the services': nothing would be stored`;
  return { name, status: "problem", message, remedy: "set this machine's clock" };
}

function problemOf(name: string, error: unknown): Finding {
  if (!(error instanceof UsageError || error instanceof LocalError)) throw error;
  // These messages end with what to do, after the last colon.
  const at = error.message.lastIndexOf(": ");
  return { name, status: "problem", message: error.message.slice(0, at), remedy: error.message.slice(at + 2) };
}

const MARKS = { ok: "ok     ", note: "note   ", problem: "PROBLEM" } as const;

function textOf(findings: readonly Finding[], problems: number): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, status, message, from, remedy }) => {
    const origin = from === undefined ? "" : ` (${from})`;
    const line = `${MARKS[status]}  ${name.padEnd(width)}  ${message}${origin}`;
    return remedy === undefined
      ? [line]
      : [line, `${" ".repeat(MARKS[status].length + 2)}${" ".repeat(width)}  → ${remedy}`];
  });
  const summary = problems === 0 ? "No problem found." : problems === 1 ? "1 problem." : `${problems} problems.`;
  return `${[...lines, "", summary].join("\n")}\n`;
}
