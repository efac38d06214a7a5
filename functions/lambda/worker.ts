import type { Clock } from "../model/clock.ts";
import type { GuardThresholds } from "../model/guard.ts";
import type { Connection, Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import type { Intervals } from "../sync/dispatch.ts";
import type { RemoteTarget } from "./messages.ts";
import type { Observer } from "./observer.ts";
import type { Queue } from "./queue.ts";

/** What the function of one source works with. */
export interface Worker {
  readonly source: Source;
  readonly intervals: Intervals;
  readonly retentionDays: number;
  readonly store: Store;
  readonly clock: Clock;
  readonly guard: GuardThresholds;
  readonly queue: Queue;
  readonly connect: (target: RemoteTarget) => Connection;
  readonly observer: Observer;
}
