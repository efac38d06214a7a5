import { dateTime } from "./time.ts";

interface AsOfProps {
  /** The instant that the answer shows. */
  readonly asOf: string;
  /** The instant that was asked for, if one was. */
  readonly at?: string | null;
  readonly ms?: boolean;
}

/** The instant that an answer shows: earlier than the one asked for when there is no data of that yet. */
export function AsOf({ asOf, at, ms = true }: AsOfProps) {
  if (!isRecorded(asOf)) return <>nothing recorded yet</>;
  const time = <time datetime={asOf}>{dateTime(asOf, { ms })}</time>;
  return isDataOf(asOf, at) ? <>as of {time}</> : <>data only through {time}</>;
}

/** Whether an answer shows the instant that was asked for. One in words, such as `yesterday`, has gone by. */
export function isDataOf(asOf: string, at: string | null | undefined): boolean {
  const requested = at ? Date.parse(at) : Number.NaN;
  return Number.isNaN(requested) || Date.parse(asOf) >= requested;
}

/** An empty inventory is read at the beginning of time. */
export const isRecorded = (asOf: string): boolean => Date.parse(asOf) > 0;
