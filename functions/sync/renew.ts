import type { Clock } from "../model/clock.ts";

/** Renews a lease or a claim until it is stopped. A renewal that fails is made good by the next: if none succeeds, another process takes over. */
export function keepRenewed(
  clock: Clock,
  everyMs: number,
  renew: () => Promise<unknown>,
): { /** Resolves once none is under way. */ stop(): Promise<void> } {
  const stopped = new AbortController();
  const { signal } = stopped;
  const renewAll = async () => {
    for (;;) {
      await clock.sleep(everyMs, signal);
      signal.throwIfAborted();
      await renew().catch(() => undefined);
    }
  };
  const renewing = renewAll().catch(() => undefined);
  return {
    async stop() {
      stopped.abort();
      await renewing;
    },
  };
}
