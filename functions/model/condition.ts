/** What is the case with a collection, in the order in which people want to see them: what is wrong first. */
export const CONDITIONS = ["failed", "held", "stale", "new", "unavailable", "ok", "retired"] as const;
export type Condition = (typeof CONDITIONS)[number];
