import process from "node:process";
import { vi } from "vitest";
import { runCommandLine } from "../../cli/command-line.ts";
import { exitCodeOf } from "../../cli/exit-code.ts";
import type { Finished } from "./cli.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

let isRunning = false;

/**
 * Runs a command as `runCommand` does, but in this process, which takes a fraction of the time: its code is loaded and compiled once. For
 * tests of what a command does, not of how its process starts, ends and is signaled. One at a time, since environment and output are swapped.
 */
export async function runInProcess(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
  if (isRunning) throw new Error("another command runs in this process: run them one after another, or in processes");
  isRunning = true;
  const own = process.env;
  const listeners = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const);
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  process.env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", ...env };
  process.exitCode = undefined;
  try {
    const code = await runCommandLine(args).then(() => 0, exitCodeOf);
    return { code: Math.max(Number(process.exitCode ?? 0), code), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.exitCode = undefined;
    process.env = own;
    stdout.restore();
    stderr.restore();
    for (const [signal, before] of listeners) {
      for (const listener of process.listeners(signal)) {
        if (!before.includes(listener)) process.removeListener(signal, listener);
      }
    }
    isRunning = false;
  }
}

/** Keeps what is written to a stream from it. */
function capture(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  let text = "";
  const spy = vi.spyOn(stream, "write").mockImplementation((chunk) => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    return true;
  });
  return { text: () => text, restore: () => spy.mockRestore() };
}
