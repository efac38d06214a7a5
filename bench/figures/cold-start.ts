import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { SOURCES } from "../../functions/sources/registry.ts";
import { bundle, bundleFrom } from "../../infra/bundle.ts";
import { resolveServices, sourcesVariable } from "../../infra/sources.ts";
import { type Figure, time } from "../figure.ts";
import { inTurns, median } from "../statistics.ts";

const run = promisify(execFile);

/** The clients that each function works with, set up as it sets them up, and nothing more. */
const CLIENTS = {
  sync: `
    import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
    import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
    import { LambdaClient } from "@aws-sdk/client-lambda";
    import { SageMakerClient } from "@aws-sdk/client-sagemaker";
    const clients = [new DynamoDBClient({}), new EventBridgeClient({}), new LambdaClient({}), new SageMakerClient({})];
    export const handler = () => clients;`,
  api: `
    import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
    const clients = [new DynamoDBClient({})];
    export const handler = () => clients;`,
};

const ENVIRONMENT = {
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  AWS_LAMBDA_FUNCTION_NAME: "bench",
  STOCKTAKE_SERVICE: "sagemaker",
  STOCKTAKE_SOURCES: sourcesVariable(resolveServices({}, SOURCES).flatMap(({ sources }) => sources)),
  STOCKTAKE_WORKERS: "1",
  STOCKTAKE_ACCOUNT: "111122223333",
  STOCKTAKE_METRICS_NAMESPACE: "Bench",
  STOCKTAKE_EVENT_BUS: "Bench",
  STOCKTAKE_GUARD_ITEMS: "10",
  STOCKTAKE_GUARD_SHARE: "0.5",
  STOCKTAKE_TABLE_VERSIONS: "Versions",
  STOCKTAKE_TABLE_EDGES: "Edges",
  STOCKTAKE_TABLE_CHANGES: "Changes",
  STOCKTAKE_TABLE_SCOPES: "Scopes",
  STOCKTAKE_TABLE_SYNCS: "Syncs",
  STOCKTAKE_RETENTION_DAYS: "400",
  STOCKTAKE_SCHEDULES: '{"sagemaker.associations":360}',
  POWERTOOLS_SERVICE_NAME: "stocktake",
  NODE_OPTIONS: "--enable-source-maps",
};

/** From the start of a Node process to the handler's being there, for both bundles. */
export async function coldStart(starts: number): Promise<Figure> {
  const folder = await mkdtemp(path.join(tmpdir(), "stocktake-bench-"));
  try {
    const [sync, api] = [await startsOf("sync", folder, starts), await startsOf("api", folder, starts)];
    return {
      name: "cold start: process start to handler ready, sync and api",
      baseline: "a bundle that only creates the same SDK clients",
      aim: "≤ 1.3",
      value: `${sync.ratio.toFixed(2)} and ${api.ratio.toFixed(2)}`,
      met: sync.ratio <= 1.3 && api.ratio <= 1.3,
      detail: `${sync.detail}; ${api.detail}; medians of ${starts} turns`,
      limit: "the code there is beside the clients: it is read, parsed and run, whatever of it is then used",
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startsOf(entry: "sync" | "api", folder: string, starts: number) {
  const [ours, least] = [path.join(folder, entry), path.join(folder, `${entry}-clients`)];
  bundle(entry === "api" ? entry : { sync: "sagemaker" }, ours);
  bundleClients(entry, least);
  const runs = await inTurns(
    starts,
    () => ready(least),
    () => ready(ours),
  );
  const [subject, baseline] = [median(runs.subject), median(runs.baseline)];
  const sizes = `${await kilobytes(ours)} against ${await kilobytes(least)}`;
  return {
    ratio: subject / baseline,
    detail: `${entry} ${time(subject)} against ${time(baseline)} (${sizes})`,
  };
}

/** As the functions are bundled. */
function bundleClients(entry: "sync" | "api", outdir: string): void {
  bundleFrom({ stdin: { contents: CLIENTS[entry], resolveDir: import.meta.dirname, loader: "ts" } }, outdir);
}

/** Milliseconds from the start of a process until it has the handler. */
async function ready(folder: string): Promise<number> {
  const main = path.join(folder, "main.mjs");
  const text = `const { handler } = await import("./index.mjs");
if (typeof handler !== "function") throw new Error("there is no handler");
process.stdout.write(String(performance.now()), () => process.exit());\n`;
  await writeFile(main, text);
  const { stdout } = await run(process.execPath, [main], { env: { ...ENVIRONMENT } });
  return Number(stdout);
}

async function kilobytes(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((file) => /^(index|later)\.mjs$/.test(file));
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(folder, file))).size));
  return `${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000)} KB`;
}
