import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { serviceOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { assembly } from "../lambda/assembly.ts";

/** The app as the CDK's command line runs it, on a machine without AWS configuration. */

const ROOT = path.resolve(import.meta.dirname, "../..");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "stocktake-cdk-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

const out = () => path.join(folder, "out");

/** The CDK's command line. */
const cdk = (...args: string[]) =>
  run([path.join(ROOT, "node_modules/aws-cdk/bin/cdk"), ...args, "--output", out(), "--no-notices"]);

let runs = 0;

/** The app with a configuration, in this process, where it is loaded in a fraction of the time, and without bundles. */
async function synthesize(config: string) {
  const { context } = JSON.parse(readFileSync(path.join(ROOT, "cdk.json"), "utf8"));
  vi.stubEnv("CDK_CONTEXT_JSON", JSON.stringify({ ...context, config, "aws:cdk:bundling-stacks": [] }));
  vi.stubEnv("CDK_OUTDIR", out());
  vi.stubEnv("CDK_VALIDATION", "false");
  const printed = vi.spyOn(console, "error").mockReturnValue();
  const atExit = process.listeners("beforeExit");
  try {
    runs += 1;
    await import(`${path.join(ROOT, "infra/app.ts")}?run=${runs}`);
    return { code: process.exitCode ?? 0, output: printed.mock.calls.flat().join("\n") };
  } finally {
    process.exitCode = undefined;
    // The app has been synthesized. At the end of its process it would be once more.
    for (const listener of process.listeners("beforeExit")) {
      if (!atExit.includes(listener)) process.removeListener("beforeExit", listener);
    }
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      AWS_EC2_METADATA_DISABLED: "true",
      CDK_DISABLE_CLI_TELEMETRY: "true",
      // It takes most of the time: rules.test.ts does it.
      CDK_VALIDATION: "false",
      NO_COLOR: "1",
      npm_config_update_notifier: "false",
    },
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

test("the app is synthesized offline, without credentials, Docker or configuration", async () => {
  // Like `synth`, but without the bundles.
  const { code, output } = await cdk("list");
  expect([code, output.trim()]).toEqual([0, "Stocktake"]);
  const { Resources } = JSON.parse(readFileSync(path.join(out(), "Stocktake.template.json"), "utf8"));
  const functions = Object.values<{ Type: string }>(Resources).filter(({ Type }) => Type === "AWS::Lambda::Function");
  expect(functions).toHaveLength(new Set(SOURCES.map(({ id }) => serviceOf(id))).size + 1);
});

test("with an account and a region there is a stack of readers as well, and tags are everywhere", async () => {
  const file = path.join(folder, "configured.json");
  const configuration = { stackName: "Audit", account: "111111111111", region: "eu-west-1", tags: { team: "audit" } };
  writeFileSync(file, JSON.stringify({ ...configuration, qualifier: "audit" }));
  expect(await synthesize(file)).toMatchObject({ code: 0 });
  const { artifacts } = JSON.parse(readFileSync(path.join(out(), "manifest.json"), "utf8"));
  const stacks = Object.entries<{ type: string }>(artifacts).filter(
    ([, { type }]) => type === "aws:cloudformation:stack",
  );
  expect(stacks.map(([name]) => name).sort()).toEqual(["Audit", "Audit-reader"]);
  for (const stack of ["Audit", "Audit-reader"]) {
    const text = readFileSync(path.join(out(), `${stack}.template.json`), "utf8");
    const roles = Object.values<{ Type: string; Properties: { Tags?: object[] } }>(JSON.parse(text).Resources);
    for (const { Type, Properties } of roles) {
      if (Type === "AWS::IAM::Role") expect(Properties.Tags).toEqual([{ Key: "team", Value: "audit" }]);
    }
  }
  expect(readFileSync(path.join(out(), "Audit.template.json"), "utf8")).toContain("cdk-audit-assets-");
  // Of two stacks CDK would ask which: deploying and destroying name the inventory's. Without credentials they come no further.
  for (const command of ["deploy", "destroy"]) {
    const named = ["-c", `config=${file}`, "--app", out(), "--no-notices", "--force"];
    const { code, output } = await run([path.join(ROOT, "bin/deploy.mjs"), command, ...named]);
    expect(code, output).toBe(1);
    expect(output).toContain("111111111111");
    expect(output).toContain("credentials");
    expect(output).not.toContain("specify which stacks");
  }
});

test("each function is bundled once, with everything that it imports", async () => {
  const { functions } = await assembly();
  for (const { folder } of functions) {
    const description = existsSync(path.join(folder, "openapi.json")) ? ["docs.html", "openapi.json"] : [];
    const text = readFileSync(path.join(folder, "index.mjs"), "utf8");
    const imported = [...text.matchAll(/"\.\/([^"/]+\.mjs)"/g)].map(([, file]) => file ?? "");
    const code = ["index.mjs", ...new Set(imported)].flatMap((file) => [file, `${file}.map`]);
    expect(readdirSync(folder).sort()).toEqual([...description, ...code].sort());
  }
  expect(new Set(functions.map(({ folder }) => folder)).size).toBe(functions.length);
});

test("an invalid configuration ends the synth with one line", async () => {
  const file = path.join(folder, "wrong.json");
  writeFileSync(file, JSON.stringify({ sources: { "s3.buckets": {} } }));
  const { code, output } = await synthesize(file);
  expect(code).toBe(1);
  expect(output).toMatch(/^configuration: unknown source "s3.buckets" in sources: choose from sagemaker.*$/);
});
