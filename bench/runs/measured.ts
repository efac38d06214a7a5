/** What something took. */
export interface Measured<T> {
  readonly ms: number;
  readonly result: T;
}

/** Measures it, after a garbage collection. */
export async function measured<T>(what: () => Promise<T>): Promise<Measured<T>> {
  globalThis.gc?.();
  const started = performance.now();
  const result = await what();
  return { ms: performance.now() - started, result };
}
