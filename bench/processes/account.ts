/** Whose the simulated account is. */
export const ACCOUNT = "111122223333";
export const REGION = "eu-west-1";
/** What the suite's tables are called. */
export const TABLE_PREFIX = "bench-";
/** The one table of the script that Stocktake is compared with; it has a partition key and a sort key like ours. */
export const NAIVE_TABLE = "bench-naive";
