import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Why the command could not be built. */
    buildFailure?: string;
    /** Where the processes of a run share what takes long to make. */
    sharedFolder: string;
  }
}

/** Builds the command before the first test if a source has changed, so that the tests run the current code. */
export default function setup({ provide }: TestProject): () => void {
  const { status, stderr } = spawnSync(process.execPath, ["bin/build.mjs", "--if-stale"], { encoding: "utf8" });
  if (status !== 0) provide("buildFailure", stderr);
  const shared = mkdtempSync(path.join(tmpdir(), "stocktake-tests-"));
  provide("sharedFolder", shared);
  return () => rmSync(shared, { recursive: true, force: true });
}
