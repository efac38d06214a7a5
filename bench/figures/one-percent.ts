import { allUnits, type Counted, pricedUnits } from "../counting/tally.ts";
import { count, type Figure, fraction } from "../figure.ts";
import type { Runner, Stored, World } from "../world.ts";

/** A sync that finds every hundredth item modified. */
export async function onePercent(world: World, runner: Runner, stored: Stored, naive: Counted): Promise<Figure> {
  const { source, service, account } = stored;
  const changed = await world.simulator.call("change");
  const { counted, result } = await world.counting((database) =>
    runner.call("sync", { source, service, account, database }),
  );
  if (result.result.modified !== changed) throw new Error(`${result.result.modified} of ${changed} changes were found`);
  const ratio = allUnits(counted) / allUnits(naive);
  const priced = pricedUnits(counted) / pricedUnits(naive);
  return {
    name: `1 % changed, ${count(stored.items)} associations: request units`,
    baseline: "paginator + BatchWrite upsert",
    aim: "≤ 1/15",
    value: `${fraction(ratio)}, by price ${fraction(priced)}`,
    met: ratio <= 1 / 15,
    detail: `${count(counted.readUnits)} read and ${count(counted.writeUnits)} write units against ${count(naive.writeUnits)} write units; ${count(changed)} modified`,
    limit:
      `${((counted.readUnits / allUnits(counted)) * 100).toFixed(0)} % of the units read the index, to find which items changed: a Query costs ` +
      `by the size of what it passes over, whatever it projects. The writes alone are ${fraction(counted.writeUnits / allUnits(naive))}`,
  };
}
