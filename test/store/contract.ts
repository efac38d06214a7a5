import { describe } from "vitest";
import type { Store } from "../../functions/store/port.ts";
import { clockContract } from "./contract-clock.ts";
import { collectionsContract } from "./contract-collections.ts";
import { edgesContract } from "./contract-edges.ts";
import { logContract } from "./contract-log.ts";
import { restoreContract } from "./contract-restore.ts";
import { rowsContract } from "./contract-rows.ts";
import { scopesContract } from "./contract-scopes.ts";
import { syncsContract } from "./contract-syncs.ts";
import { targetsContract } from "./contract-targets.ts";

/** What every store keeps of the port's promises. `open` answers an empty store, which each test closes. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`the store ${name}`, () => {
    clockContract(open);
    scopesContract(open);
    collectionsContract(open);
    targetsContract(open);
    rowsContract(open);
    logContract(open);
    edgesContract(open);
    restoreContract(open);
    syncsContract(open);
  });
}
