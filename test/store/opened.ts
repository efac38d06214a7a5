import { afterEach, beforeEach } from "vitest";
import type { Store } from "../../functions/store/port.ts";

/** Opens an empty store before each test of the block that this is called in, and closes it afterwards. */
export function openEach(open: () => Promise<Store>): { readonly store: Store } {
  let store: Store | undefined;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
  });
  return {
    get store() {
      if (!store) throw new Error("the store is open during tests only");
      return store;
    },
  };
}
