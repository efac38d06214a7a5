/** The metrics that the sync functions publish. Alarms and the dashboard are made from these names. */

export const METRICS_NAMESPACE = "Stocktake";

/** The only dimension of every metric: the source's id. */
export const SOURCE_DIMENSION = "source";

export const METRICS = {
  /** Syncs by outcome. */
  syncsComplete: "SyncsComplete",
  syncsHeld: "SyncsHeld",
  syncsFailed: "SyncsFailed",
  /** 1 for every scope listed whole, and for a complete plan without scopes. Without it, what is stored grows stale. */
  completeSync: "CompleteSync",
  plansFailed: "PlansFailed",
  itemsAdded: "ItemsAdded",
  itemsModified: "ItemsModified",
  itemsRemoved: "ItemsRemoved",
  /** Removals that the guard did not apply yet. */
  removalsPending: "RemovalsPending",
  /** Scopes that do not match their checksums, or whose versions, log and edges do not agree. */
  damageFound: "DamageFound",
  /** Milliseconds. */
  syncDuration: "SyncDuration",
  /** Requests to the service that the SDK retried. */
  retries: "Retries",
} as const;

export type MetricName = (typeof METRICS)[keyof typeof METRICS];
