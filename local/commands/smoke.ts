import type { SmokeOptions } from "../smoke/smoke.ts";

/** Tries a deployed stack: one sync of every source, read back through the API. Exit code 0 all complete, 1 not. */
export async function smoke(options: SmokeOptions): Promise<number> {
  // The clients that only this command needs are loaded only for it.
  const { smokeStack } = await import("../smoke/smoke.ts");
  return smokeStack(options);
}
