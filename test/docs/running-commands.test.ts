import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { environment, newFolder, runCommand } from "../cli/cli.ts";
import { type Serving, startServing } from "../cli/serving.ts";
import { ROOT } from "./markdown.ts";
import { type ShownCommand, shownCommands } from "./shell.ts";

/** The commands that the documents show, run as they stand there: by a shell, with npm, npx and curl, on a simulated account. */

/** Those that are not run here: why not, and what runs them or all that they are made of. */
const ELSEWHERE: readonly { readonly line: RegExp; readonly why: string; readonly by: string }[] = [
  { line: /^aws /, why: "needs an AWS account", by: "test/docs/commands.test.ts" },
  { line: /^npx cdk (bootstrap|deploy)/, why: "needs an AWS account", by: "test/infra/deploying.test.ts" },
  { line: /^npm run (deploy|destroy)$/, why: "needs an AWS account", by: "test/infra/synth.test.ts" },
  { line: /^npx stocktake smoke/, why: "needs a deployed stack", by: "test/lambda/smoke.test.ts" },
  { line: /^npx stocktake explore$/, why: "needs a deployed API", by: "test/explorer/proxy.test.ts" },
  { line: /^npx stocktake$/, why: "without a command it only tells what it can", by: "test/cli/help.test.ts" },
  { line: /^npm run synth$/, why: "leaves a folder here", by: "test/infra/synth.test.ts" },
  { line: /^npm (ci|test|run check)$/, why: "this runs within it", by: ".ci/run" },
  { line: /^npm run format$/, why: "changes files; npm run check finds nothing that it would", by: ".ci/run" },
  {
    line: /^npx (vitest|biome|tsc)\b/,
    why: "is run where the page is followed",
    by: "test/docs/adding-a-source.test.ts",
  },
  {
    line: /^npx stocktake sync --source workspaces\.bundles$/,
    why: "only the page has it",
    by: "test/docs/adding-a-source.test.ts",
  },
  { line: /^PROPERTY_RUNS=20000 /, why: "takes hours", by: "test/sync/protocol.property.test.ts" },
  {
    line: /^npm run test:property /,
    why: "takes an hour; a thousand of its runs are",
    by: "test/sync/protocol.property.test.ts",
  },
  { line: /^npm run test:dynamodb-local$/, why: "is a part of npm test", by: "vitest.config.ts" },
  { line: /^npm run bench/, why: "takes many minutes, and a machine that does nothing else", by: "bench/main.ts" },
];

/** The account of `npm start`, whose answers the README shows. */
const SIMULATED = "111122223333";
const README_SERVER = "http://127.0.0.1:8787";

let folder: Awaited<ReturnType<typeof newFolder>>;
let simulator: Simulator;
let sts: Server;
let serving: Serving;
let env: NodeJS.ProcessEnv;

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Tells everyone that they are of the simulated account. */
async function startSts(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
      <Arn>arn:aws:iam::${SIMULATED}:user/test</Arn><UserId>test</UserId><Account>${SIMULATED}</Account>
      </GetCallerIdentityResult></GetCallerIdentityResponse>`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

beforeAll(async () => {
  folder = await newFolder();
  simulator = await startSimulator({ account: seedAccount({ baseTime: Date.now(), accountId: SIMULATED }) });
  sts = await startSts();
  const settings = {
    AWS_ENDPOINT_URL: simulator.url,
    AWS_ENDPOINT_URL_STS: originOf(sts),
    AWS_REGION: "eu-west-1",
    AWS_SESSION_TOKEN: "test",
    PORT: "0",
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
  };
  const own = environment(folder.folder, settings);
  expect(await runCommand(["sync"], own)).toMatchObject({ code: 0 });
  serving = await startServing(own);
  env = { ...own, API_URL: serving.origin };
}, 120_000);

afterAll(async () => {
  await serving?.stop();
  sts?.close();
  await simulator?.close();
  await folder?.remove();
});

const shown = new Map(shownCommands().map((command) => [command.line, command]));
const elsewhere = (line: string) => ELSEWHERE.filter((each) => each.line.test(line));
const run = [...shown.values()].filter(({ line }) => elsewhere(line).length === 0);

/** Runs a line in a shell until it ends; one that serves, until it has said where, and is then stopped as Ctrl-C does. */
async function runLine({ line, answer }: ShownCommand) {
  const here = line.replaceAll(README_SERVER, serving.origin).replace(/^curl /, "curl --fail --silent --show-error ");
  const child = spawn("bash", ["-c", here], { cwd: ROOT, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let [said, wrong] = ["", ""];
  let served: Promise<number> | undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    const [, origin] = /Open (http:\/\/127\.0\.0\.1:\d+)\//.exec(said) ?? [];
    if (!origin || served) return;
    served = fetch(`${origin}/v1/sources`)
      .then(({ status }) => status)
      .finally(() => process.kill(-(child.pid ?? 0), "SIGINT"));
  });
  child.stderr.on("data", (chunk: Buffer) => {
    wrong += chunk.toString();
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { ended: code ?? signal, said, wrong, served: await served, answer };
}

describe("a command that the documents show runs", () => {
  test.each(run)("$line", { timeout: 120_000 }, async (command) => {
    const { ended, said, wrong, served, answer } = await runLine(command);
    // npm passes Ctrl-C on to itself when what it ran has ended in order.
    expect(ended, wrong).toBe(served === undefined ? 0 : "SIGINT");
    expect(said + wrong).not.toBe("");
    if (/\b(start|serve)$/.test(command.line)) expect(served).toBe(200);
    if (answer) expect(agrees(JSON.parse(answer), JSON.parse(said)), said).toBe(true);
  });
});

test("what is not run says why, and what runs it instead", () => {
  for (const { line, why, by } of ELSEWHERE) {
    expect(
      [...shown.keys()].some((each) => line.test(each)),
      `${line} is in no document`,
    ).toBe(true);
    expect(why).not.toBe("");
    expect(existsSync(path.join(ROOT, by)), by).toBe(true);
  }
  expect([...shown.keys()].filter((line) => elsewhere(line).length > 1)).toEqual([]);
  expect(run.map(({ words }) => words[0])).toEqual(expect.arrayContaining(["npm", "npx", "curl"]));
});

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Whether a shown value has the members of the real one: instants differ, and of what ends in "..." the rest is left out. */
function agrees(shown: unknown, real: unknown): boolean {
  if (typeof shown === "string" && typeof real === "string") {
    const begins = shown.endsWith("...") && (real.startsWith(shown.slice(0, -3)) || real.length > shown.length);
    return shown === real || begins || (INSTANT.test(shown) && INSTANT.test(real));
  }
  if (typeof shown !== "object" || typeof real !== "object" || !shown || !real) return shown === real;
  const [names, others] = [Object.keys(shown), Object.keys(real)];
  const own = real as Record<string, unknown>;
  return names.length === others.length && Object.entries(shown).every(([name, value]) => agrees(value, own[name]));
}
