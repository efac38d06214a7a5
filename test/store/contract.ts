import { describe } from "vitest";
import type { Store } from "../../functions/store/port.ts";
import { edgesContract } from "./contract-edges.ts";
import { inventoryContract } from "./contract-inventory.ts";
import { logContract } from "./contract-log.ts";
import { scopesContract } from "./contract-scopes.ts";

/** What every store keeps of the port's promises. `open` answers an empty store. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`the store ${name}`, () => {
    scopesContract(open);
    inventoryContract(open);
    logContract(open);
    edgesContract(open);
  });
}
