import { spawn } from "node:child_process";
import { SCRIPT } from "../installed.ts";
import { commandFile, finished } from "./cli.ts";

/** Runs a command on a terminal of its own, and answers what it writes there, and its exit code. */
export async function onTerminal(columns: number, args: readonly string[], env: NodeJS.ProcessEnv) {
  const words = [process.execPath, commandFile(), ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn(SCRIPT.file, ["-qec", `stty cols ${columns}; ${words}`, "/dev/null"], {
    env: { ...env, TERM: "xterm", SHELL: "/bin/bash" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { code, stdout } = await finished(child);
  return { code, written: stdout.replaceAll("\r\n", "\n") };
}
