import { setTimeout as sleep } from "node:timers/promises";

/** The engine's port to time that passes; what time it is, the store says. `monotonic` never runs backwards. */
export interface Clock {
  /** Milliseconds since some fixed moment of this process. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
