import type { Clock } from "../model/clock.ts";
import type { Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";

/** What the API needs to know of a source. */
export type SourceFacts = Pick<Source, "id" | "operation" | "everyMinutes" | "regions" | "planned">;

/** What the API answers from. */
export interface Service {
  readonly store: Store;
  /** The sources that are answered for; collections of others are left out. */
  readonly sources: readonly SourceFacts[];
  readonly clock: Pick<Clock, "now">;
  /** How many days the store keeps tombstones, changes and sync records. */
  readonly retentionDays: number;
  /** Whether a walk's next page is read before it is asked for: not where the process stands still between requests, as on Lambda. */
  readonly readsAhead?: boolean;
  /** The version that the OpenAPI document gives itself. */
  readonly version: string;
}
