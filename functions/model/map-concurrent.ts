/** The results of `work` on every value, in the values' order, with at most `width` of them under way at a time. */
export async function mapConcurrent<T, R>(
  width: number,
  values: readonly T[],
  work: (value: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  const queue = values.entries();
  const worker = async () => {
    for (const [index, value] of queue) results.set(index, await work(value));
  };
  await Promise.all(Array.from({ length: Math.min(width, values.length) }, worker));
  return [...values.keys()].map((index) => results.get(index) as R);
}
