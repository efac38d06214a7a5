import type { Command } from "commander";
import { beforeAll, expect, test } from "vitest";
import { commandLine } from "../../cli/command-line.ts";
import { progressText } from "../../cli/report.ts";
import { signingProxy } from "../../explorer/proxy.ts";
import { apiEnvironment } from "../../functions/lambda/environment.ts";
import { exampleWorld } from "../api/harness/example-world.ts";
import type { World } from "../api/harness/world.ts";

/** What the program says, word for word, where a person or a program reads it. */

let world: World;
beforeAll(async () => {
  world = await exampleWorld();
});

/** The help of a command, as it is printed, on one line. */
function helpOf(name?: string): string {
  const program = commandLine();
  const command = name === undefined ? program : program.commands.find((each) => each.name() === name);
  let text = "";
  command?.configureOutput({
    writeOut: (written) => {
      text += written;
    },
  });
  (command as Command).outputHelp();
  return text.replaceAll(/\s+/g, " ");
}

async function bodyOf(response: Response | Promise<Response>): Promise<string> {
  return (await response).text();
}

/** What the description of the API says of a parameter. */
async function parameter(path: string, name: string): Promise<string> {
  const { paths } = await world.read<{ paths: Record<string, { get: { parameters: { name: string }[] } }> }>(
    "/v1/openapi.json",
  );
  return JSON.stringify(paths[path]?.get.parameters.find((each) => each.name === name));
}

async function operation(path: string): Promise<string> {
  const { paths } = await world.read<{ paths: Record<string, { get: { description: string } }> }>("/v1/openapi.json");
  return paths[path]?.get.description ?? "";
}

const proxy = signingProxy({
  ...{ url: new URL("http://127.0.0.1:9"), region: "eu-west-1" },
  credentials: () => Promise.reject(new Error("no request is signed here")),
});

/** Sentences, and the output in which each stands. */
const SAID: readonly (readonly [sentence: string, where: string, output: () => string | Promise<string>])[] = [
  ["start a demo: a simulated account, synced every 20 seconds, with API and explorer", "--help", () => helpOf()],
  ["NO_COLOR disable colors", "--help", () => helpOf()],
  ["0 success (results may be empty)", "items --help", () => helpOf("items")],
  [
    "maximum calls per second per service and region (default: none; backs off when throttled)",
    "sync --help",
    () => helpOf("sync"),
  ],
  ["apply this source's pending removals (repeatable)", "sync --help", () => helpOf("sync")],
  [
    "waiting up to 7 s for another sync's lease to expire",
    "a sync's progress",
    () => progressText({ step: "waiting", until: 7000 } as never, 0),
  ],
  [
    "A query with `at` returns exactly what the last complete sync before that time listed.",
    "openapi.json",
    () => bodyOf(world.get("/v1/openapi.json")),
  ],
  ["Unknown, empty or repeated parameters return 400.", "openapi.json", () => bodyOf(world.get("/v1/openapi.json"))],
  ["Default: the latest time with complete data.", "at of /v1/items", () => parameter("/v1/items", "at")],
  [
    "Repeat a path for OR; use several paths for AND.",
    "filter of /v1/items",
    () => bodyOf(world.get("/v1/openapi.json")),
  ],
  [
    "page to the end, save `asOf`, and send it as `since` next time",
    "openapi.json, /v1/changes",
    () => operation("/v1/changes"),
  ],
  ["Reverted changes are not included.", "openapi.json, /v1/diff", () => operation("/v1/diff")],
  ["No route for", "a problem of the API", () => bodyOf(world.get("/v1/nothing"))],
  ["Outside the retention period", "a problem of the API", () => bodyOf(world.get("/v1/changes?since=2001-01-01"))],
  ["no route for", "a problem of `explore`", () => bodyOf(proxy(new Request("http://127.0.0.1/v2/items")))],
  [
    "Invalid environment",
    "the log of a function that is deployed wrongly",
    () => {
      try {
        return JSON.stringify(apiEnvironment({}));
      } catch (error) {
        return String(error);
      }
    },
  ],
];

test.each(SAID)("%s: %s", async (sentence, _where, output) => {
  expect(await output()).toContain(sentence);
});
