import { count, type Figure } from "../figure.ts";
import { type World, withRunner } from "../world.ts";

/** A dead sync's scope is taken over, however much it had written. */
export async function takeover({ sizes, say }: World): Promise<Figure[]> {
  const changes = sizes.items;
  say(`takeover of a dead sync that had written ${count(changes)} changes`);
  const { stateWrites, otherWrites } = await withRunner((runner) => runner.call("takeOver", changes));
  return [
    {
      name: `takeover of a dead sync that had written ${count(changes)} changes: until readers see the scope whole`,
      baseline: "–",
      aim: "one write",
      value: `${stateWrites} compare-and-set, ${otherWrites} records`,
      met: stateWrites === 1 && otherWrites === 2,
      detail: "the records are the discarded instant and the mark",
      limit: "see the writes",
    },
  ];
}
