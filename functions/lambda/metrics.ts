/** The metrics that the sync functions publish: names that alarms and dashboards are made from. */

export const METRICS_NAMESPACE = "Stocktake";

/** The one dimension of every metric: the source's id. */
export const SOURCE_DIMENSION = "source";

export const METRICS = {
  /** Syncs by how they ended. */
  syncsComplete: "SyncsComplete",
  syncsHeld: "SyncsHeld",
  syncsFailed: "SyncsFailed",
  /**
   * 1 for every scope that has been listed whole, and for a complete plan that names nothing to sync: where there is none,
   * what is stored ages.
   */
  completeSync: "CompleteSync",
  /** Plans that could not be made. */
  plansFailed: "PlansFailed",
  itemsAdded: "ItemsAdded",
  itemsModified: "ItemsModified",
  itemsRemoved: "ItemsRemoved",
  /** Removals that the guard did not let through. */
  removalsHeld: "RemovalsHeld",
  /** Milliseconds. */
  syncDuration: "SyncDuration",
  /** Requests to the service that the SDK made again. */
  retries: "Retries",
} as const;

export type MetricName = (typeof METRICS)[keyof typeof METRICS];
