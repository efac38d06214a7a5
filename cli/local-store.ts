import type { Store } from "../functions/store/port.ts";

/** An open store. */
export interface LocalStore {
  readonly store: Store;
  /** Where the state is, for people. */
  readonly location: string;
  /** No other machine writes to it, so that the machine's clock is everybody's. */
  readonly local: boolean;
  close(): Promise<void>;
}
