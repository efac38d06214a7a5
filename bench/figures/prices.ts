import { count, type Figure, fraction } from "../figure.ts";
import { type Consumed, dollars } from "../runs/price.ts";
import { type World, withRunner, withSimulator } from "../world.ts";

const SOURCE = "sagemaker.associations";

/** What syncs cost on DynamoDB, against a script that upserts everything. Both grow with the items, so their ratio does not. */
export async function prices({ sizes, say }: World): Promise<Figure[]> {
  const items = sizes.pricedItems;
  return withSimulator("associations", items, (simulator, service) =>
    withRunner(async (runner) => {
      const task = { source: SOURCE, service };
      say(`prices on DynamoDB with ${count(items)} items: upsert, first sync, no change, 1 % changed`);
      const naive = await runner.call("upsertToDynamo", SOURCE, service);
      const first = await runner.call("syncToDynamo", task);
      const unchanged = await runner.call("syncToDynamo", task);
      const idle = await runner.call("runNothingOnDynamo");
      const changed = await simulator.call("change");
      const one = await runner.call("syncToDynamo", task);
      if (unchanged.result.unchanged !== items) throw new Error("the sync found changes");
      if (one.result.modified !== changed) throw new Error(`${one.result.modified} of ${changed} changes were found`);
      const upsert = dollars(naive.consumed);
      const perHundredThousand = (consumed: Consumed) => `$${((dollars(consumed) * 100_000) / items).toFixed(4)}`;
      const writes = unchanged.consumed.writes - idle.writes;
      const reads = unchanged.consumed.reads - idle.reads;
      const [firstRatio, oneRatio] = [dollars(first.consumed) / upsert, dollars(one.consumed) / upsert];
      return [
        {
          name: "no-change sync on DynamoDB, claim and due time included: writes; records read",
          baseline: "–",
          aim: "≤ 3; ≤ 2",
          value: `${writes}; ${reads}`,
          met: writes <= 3 && reads <= 2,
          detail: `${unchanged.consumed.writeUnits - idle.writeUnits} write units and ${unchanged.consumed.readUnits - idle.readUnits} read units, whatever the number of items; each run of the command reads ${idle.reads} record more, whatever it syncs`,
          limit: "see the units",
        },
        {
          name: "1 % changed, spread evenly: price on DynamoDB",
          baseline: "upsert of everything",
          aim: "≤ 1/8",
          value: fraction(oneRatio),
          met: oneRatio <= 1 / 8,
          detail: `${units(one.consumed)} against ${units(naive.consumed)} of ${count(items)} items; of 100,000 items ${perHundredThousand(one.consumed)} against ${perHundredThousand(naive.consumed)}`,
          limit: "every head is read to find which items changed",
        },
        {
          name: "first sync: price on DynamoDB",
          baseline: "upsert of everything",
          aim: "≤ 4.5",
          value: firstRatio.toFixed(2),
          met: firstRatio <= 4.5,
          detail: `${units(first.consumed)} against ${units(naive.consumed)} of ${count(items)} items; of 100,000 items ${perHundredThousand(first.consumed)} against ${perHundredThousand(naive.consumed)}`,
          limit: "an item is a version, a log record and two edges",
        },
      ];
    }),
  );
}

function units({ readUnits, writeUnits }: Consumed): string {
  return `${count(readUnits)} read and ${count(writeUnits)} write units`;
}
