import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** What Lambda responds to an invocation. */
export interface InvocationResult {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

/** A bundle in a Node process of its own, as Lambda runs it. */
export interface LambdaFunction {
  invoke(event: unknown, options?: { readonly remainingMs?: number }): Promise<InvocationResult>;
  /** Every line that it logged, parsed. A line that is not JSON is an object with a member `text`. */
  readonly logs: Record<string, unknown>[];
  stop(): Promise<void>;
}

export const TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/** The variables that Lambda itself sets. */
function lambdaEnvironment(name: string): Record<string, string> {
  return {
    _HANDLER: "index.handler",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_REGION: "eu-west-1",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "2026/03/01/[$LATEST]0123456789abcdef0123456789abcdef",
    AWS_ACCESS_KEY_ID: "ASIAFUNCTION",
    AWS_SECRET_ACCESS_KEY: "secret-of-the-function",
    AWS_SESSION_TOKEN: "token-of-the-function",
    LAMBDA_TASK_ROOT: "/var/task",
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    NODE_OPTIONS: "--enable-source-maps",
  };
}

/** Plays Lambda's runtime: reads invocations from standard input, writes their results to descriptor 3. */
const RUNTIME = `
import { createInterface } from "node:readline";
import { createWriteStream } from "node:fs";
const results = createWriteStream(null, { fd: 3 });
const respond = (result) => results.write(JSON.stringify(result) + "\\n");
const failure = (error) => ({ error: { name: error.name, message: error.message } });
let handler;
try {
  ({ handler } = await import("./index.mjs"));
} catch (error) {
  respond(failure(error));
}
for await (const line of createInterface({ input: process.stdin })) {
  const { event, id, remainingMs, trace } = JSON.parse(line);
  process.env._X_AMZN_TRACE_ID = trace;
  const end = performance.now() + remainingMs;
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:" + process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: "512",
    awsRequestId: id,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => end - performance.now(),
  };
  try {
    respond({ result: await handler(event, context) });
  } catch (error) {
    respond(failure(error));
  }
}
process.exit(0);
`;

const REMAINING_MS = 900_000;

/** Runs the bundle in `folder` by itself: with Lambda's environment only, where no package can be found. */
export async function startFunction(
  name: string,
  folder: string,
  environment: Record<string, string>,
): Promise<LambdaFunction> {
  const task = await mkdtemp(path.join(tmpdir(), "stocktake-task-"));
  await cp(folder, task, { recursive: true });
  await writeFile(path.join(task, "runtime.mjs"), RUNTIME);
  const child = spawn(process.execPath, ["runtime.mjs"], {
    cwd: task,
    env: {
      ...lambdaEnvironment(name),
      // The machine that runs the tests may have an older Node than Lambda.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      ...environment,
    },
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const logs: Record<string, unknown>[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on("line", (line) => logs.push(parsed(line)));
  }
  const results = createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
  let invocations = 0;
  return {
    logs,
    async invoke(event, { remainingMs = REMAINING_MS } = {}) {
      invocations += 1;
      const id = `00000000-0000-4000-8000-${String(invocations).padStart(12, "0")}`;
      child.stdin?.write(`${JSON.stringify({ event, id, remainingMs, trace: TRACE })}\n`);
      const result = await results.next();
      if (result.done) throw new Error(`the function ended: ${JSON.stringify(logs.slice(-5))}`);
      await settled();
      return JSON.parse(result.value);
    },
    async stop() {
      await ended(child);
      await rm(task, { recursive: true, force: true });
    },
  };
}

/** Gives the log lines that were written before the result time to be read. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : { text: line };
  } catch {
    return { text: line };
  }
}
