/** One measured figure beside its aim. */
export interface Figure {
  readonly name: string;
  readonly baseline: string;
  readonly aim: string;
  readonly value: string;
  readonly met: boolean;
  /** The numbers that it was made of, and how often they were taken. */
  readonly detail: string;
  /** Of an aim that is not met: what limits it, and the measurement that shows it. */
  readonly limit?: string;
}

/** The aim of a figure that is only stated. */
export const NO_AIM = "–";

/** "3.21 s" or "4.5 ms". */
export function time(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms >= 100 ? 0 : 2)} ms`;
}

/** "12,345" or "17.5" */
export function count(value: number): string {
  return value.toLocaleString("en-GB", { maximumFractionDigits: value < 1000 ? 1 : 0 });
}

/** A ratio of less than one as a fraction: "1/31.2". */
export function fraction(ratio: number): string {
  return ratio < 1 ? `1/${(1 / ratio).toFixed(ratio < 0.01 ? 0 : 1)}` : ratio.toFixed(2);
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
