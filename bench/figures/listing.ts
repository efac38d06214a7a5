import { count, type Figure } from "../figure.ts";
import type { World } from "../world.ts";

/** The list calls of a full listing and of a tail, in one process that keeps what is stored in memory. */
export async function listCalls(world: World, items: number): Promise<Figure[]> {
  const { source, service } = await world.list("sagemaker.associations", items);
  const task = { source, service, account: world.newAccount() };
  return world.withRunner(async (runner) => {
    const full = await runner.call("syncInMemory", task);
    const calls = await world.simulator.call("requests");
    const tail = await runner.call("syncInMemory", { ...task, tail: true });
    const tailCalls = await world.simulator.call("requests");
    if (full.added !== items || tail.added > 0) throw new Error("the syncs did not find what there is");
    const least = Math.ceil(items / 100);
    return [
      {
        name: `tail with nothing new, ${count(items)} associations stored: list calls`,
        baseline: `full listing (${count(calls)})`,
        aim: "1",
        value: String(tailCalls),
        met: tailCalls === 1,
        detail: `counted by the simulator; stored in memory`,
        limit: "more associations lie in the tail's overlap than fit a page",
      },
      {
        name: "list calls of any full listing",
        baseline: "ceil(items / maximum page size)",
        aim: "1.00",
        value: (calls / least).toFixed(2),
        met: calls === least,
        detail: `${count(calls)} calls for ${count(items)} items`,
        limit: "see the calls",
      },
    ];
  });
}
