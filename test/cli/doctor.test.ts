import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { type Finished, jsonLines, runCommand, TARGET, TARGET_ARGUMENTS } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { useWorld } from "./world.ts";

const world = useWorld({ associations: 5, images: 2 }, { once: true, run: runInProcess });
const HOUR_MS = 3_600_000;
const CLOSED = "http://127.0.0.1:9";

/** STS, which knows the credentials in eu-west-1 only, and IoT Managed Integrations, whose clock is an hour ahead. */
const answerSts: RequestListener = ({ headers }, response) => {
  if (headers.authorization?.includes("/eu-west-1/sts/")) {
    const { account } = TARGET;
    response.writeHead(200, { "content-type": "text/xml" }).end(
      `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/x</Arn><UserId>x</UserId>
       <Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  } else {
    const error = "<Error><Code>InvalidClientTokenId</Code><Message>not valid</Message></Error>";
    response.writeHead(403, { "content-type": "text/xml" }).end(`<ErrorResponse>${error}</ErrorResponse>`);
  }
};
const answerIot: RequestListener = ({ headers }, response) => {
  const isEnabled = headers.authorization?.includes("/eu-west-1/");
  response.writeHead(isEnabled ? 200 : 403, {
    "content-type": "application/json",
    date: new Date(Date.now() + HOUR_MS).toUTCString(),
    ...(!isEnabled && { "x-amzn-errortype": "UnrecognizedClientException" }),
  });
  response.end(isEnabled ? '{"Items":[]}' : '{"message":"The security token included in the request is invalid"}');
};

const servers: Server[] = [];
async function listen(server: Server, scheme: string): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
let sts: string;
let iot: string;
let selfSigned: string;
beforeAll(async () => {
  const tls = async (name: string) => readFile(fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url)));
  const [key, cert] = await Promise.all([tls("server.key"), tls("server.pem")]);
  sts = await listen(createServer(answerSts), "http");
  iot = await listen(createServer(answerIot), "http");
  selfSigned = await listen(createTlsServer({ key, cert }, answerSts) as unknown as Server, "https");
});
afterAll(() => {
  for (const server of servers) server.close();
});

interface Found {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly remedy?: string;
  readonly from?: string;
}

const doctor = (env: Record<string, string>, ...args: string[]) =>
  runInProcess(["doctor", ...args], environmentWith(env));
const environmentWith = (env: Record<string, string>) => ({ ...world().env, AWS_ENDPOINT_URL_STS: sts, ...env });
const found = (finished: Finished) => {
  const [body] = jsonLines(finished) as unknown as [{ readonly ok: boolean; readonly findings: readonly Found[] }];
  return { ok: body.ok, by: Object.fromEntries(body.findings.map((finding) => [finding.name, finding])) };
};

test("where all is well says so, and what each setting is and where it came from", async () => {
  await world().sync();
  const { code, stdout } = await doctor({ AWS_REGION: "eu-west-1" });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ok +region +eu-west-1 \(AWS_REGION\)$/m);
  expect(stdout).toMatch(/^ok +account +123456789012 \(STS in eu-west-1\)$/m);
  expect(stdout).toMatch(/^ok +credentials +access key test…test \(AWS_ACCESS_KEY_ID\)$/m);
  expect(stdout).toMatch(/^ok +data folder +\S+, writable \(STOCKTAKE_DATA\)$/m);
  expect(stdout).toMatch(/^ok +retention +400 days \(default\)$/m);
  expect(stdout).toMatch(/^ok +inventory .* data as of 20/m);
  expect(
    stdout.match(/^ok +\S+ eu-west-1 +http:\/\/127\.0\.0\.1:\d+ answers in \d+ ms \(AWS_ENDPOINT_URL\)$/gm),
  ).toHaveLength(SOURCES.length);
  expect(stdout).toMatch(/\n\nNo problem found\.\n$/);
});

test("finds what is wrong with each service, and says what to do", async () => {
  const { faults } = world().simulator;
  faults.add({ kind: "deny", operation: "ListAssociations" });
  const finished = await doctor(
    {
      AWS_ENDPOINT_URL_CLEANROOMS: CLOSED,
      AWS_ENDPOINT_URL_WORKSPACES: selfSigned,
      AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: iot,
    },
    ...["--region", "eu-west-1", "--region", "ca-central-1", "--json"],
  );
  faults.clear();
  expect(finished.code).toBe(1);
  const { ok, by } = found(finished);
  expect(ok).toBe(false);
  expect(by["sagemaker.associations eu-west-1"]).toMatchObject({
    status: "problem",
    remedy: "allow sagemaker:ListAssociations on * to these credentials",
  });
  expect(by["cleanrooms.memberships eu-west-1"]).toMatchObject({
    status: "problem",
    message: expect.stringContaining("ECONNREFUSED"),
    remedy: "Check the network and the endpoint",
    from: "AWS_ENDPOINT_URL_CLEANROOMS",
  });
  expect(by["workspaces.images eu-west-1"]).toMatchObject({
    status: "problem",
    remedy: expect.stringContaining("NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE"),
  });
  expect(by["iot.account-associations eu-west-1"]).toMatchObject({ status: "ok" });
  expect(by["iot.account-associations ca-central-1"]).toMatchObject({
    status: "problem",
    message: expect.stringContaining("the region ca-central-1 is not enabled"),
    remedy: expect.stringContaining("aws account enable-region --region-name ca-central-1"),
  });
  expect(by["cleanrooms.memberships ca-central-1"]).toMatchObject({ status: "note" });
  expect(by.clock).toMatchObject({
    status: "problem",
    message: expect.stringMatching(/^3[56]\d\d s behind the services'/),
    remedy: "set this machine's clock",
  });
});

test("finds credentials that have expired, a profile that is missing, another account, and a folder that cannot be written", async () => {
  const aws = path.join(world().folder, ".aws");
  await mkdir(aws, { recursive: true });
  const expired = {
    Version: 1,
    AccessKeyId: "A",
    SecretAccessKey: "s",
    SessionToken: "t",
    Expiration: "2026-01-01T00:00:00Z",
  };
  await writeFile(path.join(aws, "expired.json"), JSON.stringify(expired));
  await writeFile(
    path.join(aws, "config"),
    `[profile old]\ncredential_process = cat ${path.join(aws, "expired.json")}\n`,
  );
  const inEurope = ["--region", "eu-west-1", "--json"];
  // In processes of their own: the SDK reads a profile's file once in a process.
  const [old, missing] = await Promise.all([
    runCommand(["doctor", ...inEurope], environmentWith({ AWS_PROFILE: "old", STOCKTAKE_DATA: "/proc/stocktake" })),
    runCommand(["doctor", ...inEurope], environmentWith({ AWS_PROFILE: "nope", STOCKTAKE_RETENTION_DAYS: "many" })),
  ]);
  const broken = await doctor({ AWS_ACCESS_KEY_ID: "a\nb" }, ...inEurope, "--source", "workspaces.images");
  expect(found(broken).by).toMatchObject({
    credentials: { status: "problem", message: expect.stringContaining("a line break"), remedy: "Set it again" },
  });
  const other = await doctor({}, ...inEurope, "--account", "999999999999", "--source", "workspaces.images");
  for (const { code } of [old, missing, other]) expect(code).toBe(1);
  expect(found(old).by).toMatchObject({
    credentials: {
      status: "problem",
      message: expect.stringContaining("expired"),
      remedy: "Run the credential_process of profile old by hand, and correct it",
    },
    "data folder": { status: "problem", remedy: "set STOCKTAKE_DATA to another folder" },
  });
  expect(found(missing).by).toMatchObject({
    configuration: {
      status: "problem",
      message: expect.stringContaining("AWS_PROFILE=nope: your AWS configuration has no such profile"),
      remedy: expect.stringContaining("old"),
    },
    settings: { status: "problem", message: expect.stringContaining("STOCKTAKE_RETENTION_DAYS=many") },
  });
  expect(found(other).by).toMatchObject({
    account: { status: "problem", message: expect.stringContaining(`are of account ${TARGET.account}`) },
    "workspaces.images eu-west-1": { status: "ok" },
  });
});

test("needs no STS where the account is given", async () => {
  const { code, stdout } = await doctor(
    { AWS_ENDPOINT_URL_STS: CLOSED },
    ...TARGET_ARGUMENTS,
    "--source",
    "workspaces.images",
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^note +account +123456789012 cannot be verified/m);
});
