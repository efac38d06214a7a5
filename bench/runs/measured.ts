/** What something took. */
export interface Measured<T> {
  readonly ms: number;
  /** Of this process, on all its threads. */
  readonly cpuMs: number;
  readonly result: T;
}

/** Measures it, what came before swept out first. */
export async function measured<T>(what: () => Promise<T>): Promise<Measured<T>> {
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const result = await what();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000, result };
}
