/** What an inventory publishes, as EventBridge's detail-type. */
export const EVENT_TYPES = [
  "Item Added",
  "Item Modified",
  "Item Removed",
  "Sync Failed",
  "Removals Pending",
  "Damage Found",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Who publishes, as EventBridge names it. */
export const EVENT_SOURCE = "stocktake";
