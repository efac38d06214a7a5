import { SimulatedAccount } from "../simulator/account.ts";
import { seededRandom } from "../simulator/random.ts";
import { seedAccountAssociations } from "../simulator/seed/account-associations.ts";
import { seedLineage } from "../simulator/seed/lineage.ts";
import { type Simulator, startSimulator } from "../simulator/server.ts";
import type { AccountAssociation } from "../simulator/shapes.ts";
import { ACCOUNT, REGION } from "./processes/account.ts";
import { serve } from "./processes/serve.ts";

/** The simulated account, in a process of its own, so that it and what lists it do not wait for each other. */

const OWNER = { accountId: ACCOUNT, region: REGION };
const BASE_TIME = Date.UTC(2026, 0, 1);

/** Account associations without what they may lack: memory grows with the number of items, not with what is in them. */
function bareAssociations(count: number): AccountAssociation[] {
  return seedAccountAssociations(seededRandom(count), OWNER, count).map(
    ({ AccountAssociationId, AssociationState }) => ({ AccountAssociationId, AssociationState }),
  );
}

let simulator: Simulator | undefined;
let changes = 0;

const calls = {
  /** Serves so many items of one kind, the same for the same number, and answers where. */
  async serve(kind: "associations" | "accountAssociations", count: number): Promise<string> {
    await simulator?.close();
    simulator = undefined;
    const account =
      kind === "associations"
        ? new SimulatedAccount({ ...OWNER, associations: seedLineage(seededRandom(count), OWNER, BASE_TIME, count) })
        : new SimulatedAccount({ ...OWNER, accountAssociations: bareAssociations(count) });
    const served = account[kind].length;
    if (served !== count) throw new Error(`${served} of ${count} ${kind} were made`);
    simulator = await startSimulator({ account });
    return simulator.url;
  },

  /** Changes the content of every hundredth item, each time others, and answers how many. */
  change(): number {
    if (!simulator) throw new Error("nothing is served");
    const { associations, accountAssociations } = simulator.account;
    const first = (changes * 37) % 100;
    changes += 1;
    let changed = 0;
    for (let index = first; index < associations.length; index += 100) {
      const item = associations.at(index);
      if (item) item.DestinationName = `renamed-${changes}-${index}`;
      changed += 1;
    }
    for (let index = first; index < accountAssociations.length; index += 100) {
      const item = accountAssociations.at(index);
      if (item) item.Name = `renamed-${changes}-${index}`;
      changed += 1;
    }
    return changed;
  },

  /** Takes so many milliseconds more over each page from now on. */
  slow(delayMs: number): void {
    simulator?.faults.clear();
    if (delayMs > 0) simulator?.faults.add({ kind: "slow", delayMs });
  },
};

export type SimulatorCalls = typeof calls;

serve(calls);
