import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEPLOYED_SOURCES as SOURCES } from "../../functions/sources/registry.ts";

/** The app as the CDK's command line runs it, on a machine without AWS configuration. */

const ROOT = path.resolve(import.meta.dirname, "../..");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "stocktake-cdk-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function cdk(...args: string[]) {
  const out = path.join(folder, "out");
  const command = path.join(ROOT, "node_modules/aws-cdk/bin/cdk");
  const child = spawn(process.execPath, [command, ...args, "--output", out, "--no-notices"], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      AWS_EC2_METADATA_DISABLED: "true",
      CDK_DISABLE_CLI_TELEMETRY: "true",
      NO_COLOR: "1",
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
  return { code, output, out };
}

test("the app is synthesized offline, without credentials, Docker or configuration, and bundles each function once", {
  timeout: 120_000,
}, async () => {
  const { code, output, out } = await cdk("synth", "--quiet");
  expect([code, output]).toEqual([0, expect.any(String)]);
  const { Resources } = JSON.parse(readFileSync(path.join(out, "Stocktake.template.json"), "utf8"));
  const functions = Object.values<{ Type: string; Properties: { Code: { S3Key: string } } }>(Resources).filter(
    ({ Type }) => Type === "AWS::Lambda::Function",
  );
  expect(functions).toHaveLength(SOURCES.length + 1);
  const assets = readdirSync(out).filter((name) => name.startsWith("asset."));
  expect(assets).toHaveLength(functions.length);
  expect(new Set(functions.map(({ Properties }) => `asset.${path.parse(Properties.Code.S3Key).name}`))).toEqual(
    new Set(assets),
  );
  for (const asset of assets) {
    const folder = path.join(out, asset);
    const description = existsSync(path.join(folder, "openapi.json")) ? ["docs.html", "openapi.json"] : [];
    expect(readdirSync(folder).sort()).toEqual(["chunks", ...description, "index.mjs", "index.mjs.map"].sort());
    const text = readFileSync(path.join(folder, "index.mjs"), "utf8");
    const imported = [...text.matchAll(/"\.\/(chunks\/[^"]+)"/g)].map(([, file]) => file ?? "");
    expect(imported.length).toBeGreaterThan(0);
    for (const file of imported) expect(existsSync(path.join(folder, file)), file).toBe(true);
  }
});

test("an invalid configuration ends the synth with one line", { timeout: 60_000 }, async () => {
  const file = path.join(folder, "wrong.json");
  writeFileSync(file, JSON.stringify({ sources: { "s3.buckets": {} } }));
  const { code, output } = await cdk("synth", "--quiet", "-c", `config=${file}`);
  expect(code).toBe(1);
  const lines = output.split("\n").filter((line) => line.includes("s3.buckets"));
  expect(lines).toEqual([
    expect.stringMatching(/^configuration: unknown source "s3.buckets" in sources: choose from sagemaker/),
  ]);
  expect(output).not.toMatch(/^\s+at /m);
});
