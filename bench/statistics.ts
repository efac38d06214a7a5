/** The value that as many lie below as above; the upper one of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value below which this share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error("there are no values");
  return value;
}

/** Runs baseline and subject in turns, after a first turn that is not counted if `warm`. */
export async function inTurns<A, B>(
  turns: number,
  baseline: () => Promise<A>,
  subject: () => Promise<B>,
  warm = true,
): Promise<{ readonly baseline: A[]; readonly subject: B[] }> {
  const results = { baseline: [] as A[], subject: [] as B[] };
  if (warm) {
    await baseline();
    await subject();
  }
  for (let turn = 0; turn < turns; turn += 1) {
    results.baseline.push(await baseline());
    results.subject.push(await subject());
  }
  return results;
}
