import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { dataOf, environment } from "./cli.ts";

const PROCESS = new URL("./ticking.process.ts", import.meta.url).pathname;

/** A process that ticks the clock of a stored state without a pause, as its owner or through its owner. */
export interface Ticking {
  readonly pid: number;
  /** Every instant that it was given, in order. */
  readonly ticks: readonly string[];
  /** Resolves when it was given so many more. */
  more(count: number): Promise<void>;
  /** Ends it with a signal, and answers its exit code and what it complained of. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; stderr: string }>;
}

export function startTicking(folder: string): Ticking {
  const child = spawn(process.execPath, ["--import", "tsx", PROCESS], {
    env: environment(folder, { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ticks: string[] = [];
  let rest = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    ticks.push(...lines);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const closed = once(child, "close");
  return {
    pid: child.pid ?? 0,
    ticks,
    async more(count) {
      const enough = ticks.length + count;
      const ended = closed.then(([code]) => {
        throw new Error(`the process ended with ${code} after ${ticks.length} ticks: ${stderr}`);
      });
      while (ticks.length < enough) await Promise.race([once(child.stdout, "data"), ended]);
    },
    async end(signal) {
      child.kill(signal);
      const [code] = await closed;
      return { code, stderr };
    },
  };
}

/** What the process that runs the database of a folder has left there. */
export async function addressIn(folder: string) {
  const text = await readFile(path.join(dataOf(folder), "database.json"), "utf8");
  return JSON.parse(text) as { url: string; pid: number; password: string; countersign: string };
}
