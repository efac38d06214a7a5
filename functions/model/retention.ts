/** How long the log and what is no longer present are kept, days, unless a setting says otherwise; and what a setting may say. */
export const RETENTION_DAYS = { default: 400, min: 1, max: 36_500 } as const;
