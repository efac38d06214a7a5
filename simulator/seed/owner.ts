/** Whose account is made up, and as of when. */
export interface Owner {
  readonly accountId: string;
  readonly region: string;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
