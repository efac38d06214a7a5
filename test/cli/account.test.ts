import { createServer, request as forward, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { jsonLines, TARGET } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { useWorld } from "./world.ts";

const world = useWorld({ associations: 10 }, { run: runInProcess });

const IDENTITY = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:iam::${TARGET.account}:user/x</Arn><UserId>x</UserId><Account>${TARGET.account}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;
const REFUSAL = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
  <Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid</Message>
</Error></ErrorResponse>`;

/** Answers a region that is not enabled as AWS does; the others by themselves. */
const whereEnabled =
  (answer: RequestListener): RequestListener =>
  (request, response) => {
    if (!request.headers.authorization?.includes("/af-south-1/")) return answer(request, response);
    const body = {
      __type: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
    };
    response.writeHead(400, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  };

test("a region that is not enabled is said once, by itself, and the others are stored", async () => {
  const server = createServer(
    whereEnabled((request, response) => {
      if (request.headers.authorization?.includes("/sts/")) {
        response.writeHead(200, { "content-type": "text/xml" }).end(IDENTITY);
        return;
      }
      const { method, headers, url = "/" } = request;
      request.pipe(
        forward(new URL(url, world().simulator.url), { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        }),
      );
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { ...world().env, AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_STS: url };
  const sync = ["sync", "--source", "workspaces.images", "--source", "workspaces.image-associations"];
  const regions = ["--region", "af-south-1", "--region", "eu-west-1"];
  const first = await runInProcess([...sync, ...regions], env);
  const second = await runInProcess([...sync, ...regions], env);
  server.close();
  for (const source of ["workspaces.images", "workspaces.image-associations"]) {
    const of = `${source} ${TARGET.account}`;
    for (const { stderr } of [first, second]) expect(stderr).toContain(`${of}/eu-west-1: complete`);
    expect(first.stderr).toMatch(new RegExp(`^${of}/af-south-1: unavailable: .* not enabled .* leave it out$`, "m"));
    expect(second.stderr).toContain(`${of}/af-south-1: still unavailable, as said before\n`);
  }
  expect([first.code, second.code]).toEqual([1, 0]);
});

test("items that are all another account's wait for a person's yes where STS cannot be asked; shared lineage does not", async () => {
  const sync = (...more: string[]) =>
    runInProcess(["sync", "--account", "999999999999", "--region", TARGET.region, "--json", ...more], world().env);
  const outcomes = (finished: Awaited<ReturnType<typeof sync>>) =>
    Object.fromEntries(jsonLines(finished).map(({ source, outcome }) => [source, outcome]));
  const held = await sync();
  expect(held).toMatchObject({ code: 1, stderr: expect.stringContaining("--approve-account cleanrooms.memberships") });
  const isHeld = ([, outcome]: readonly [string, unknown]) => outcome === "held";
  const all = Object.entries(outcomes(held));
  expect(all.filter(isHeld).map(([source]) => source)).toEqual(
    expect.arrayContaining(["cleanrooms.memberships", "iot.account-associations"]),
  );
  for (const source of ["sagemaker.associations", "workspaces.images", "workspaces.image-associations"]) {
    expect(all).toContainEqual([source, "complete"]);
  }
  const approved = await sync("--approve-account", "cleanrooms.memberships");
  expect(approved).toMatchObject({ code: 0 });
  expect(outcomes(await sync("--source", "cleanrooms.memberships"))).toEqual({ "cleanrooms.memberships": "complete" });
});

test("the account is found through any region whose STS responds, since one may not be enabled", async () => {
  const sts = createServer(({ headers }, response) => {
    const isEnabled = headers.authorization?.includes("/eu-west-1/sts/");
    response.writeHead(isEnabled ? 200 : 403, { "content-type": "text/xml" }).end(isEnabled ? IDENTITY : REFUSAL);
  });
  await new Promise<void>((resolve) => sts.listen(0, "127.0.0.1", resolve));
  const env = { ...world().env, AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}` };
  const sync = ["sync", "--source", "workspaces.images", "--json", "--region", "af-south-1"];
  const both = await runInProcess([...sync, "--region", "eu-west-1"], env);
  const refused = await runInProcess(sync, env);
  const mistaken = await runInProcess([...sync, "--region", "eu-west-1", "--account", "999999999999"], env);
  sts.close();
  expect(both).toMatchObject({ code: 0 });
  expect(jsonLines(both).map(({ account, region }) => `${account}/${region}`)).toEqual(
    expect.arrayContaining([`${TARGET.account}/af-south-1`, `${TARGET.account}/eu-west-1`]),
  );
  expect(refused).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("pass --account to go on without it"),
  });
  expect(mistaken).toMatchObject({
    code: 2,
    stdout: "",
    stderr: `stocktake: --account 999999999999: the credentials are of account ${TARGET.account}, says STS in eu-west-1: use credentials of 999999999999 (AWS_PROFILE), or pass --account ${TARGET.account}\n`,
  });
});
