import { readChanges } from "../../../functions/inventory/changes.ts";
import { openRead, type ReadSnapshot } from "../../../functions/inventory/read-timestamp.ts";
import { SyncError } from "../../../functions/model/errors.ts";
import { EPOCH, type Instant } from "../../../functions/model/instant.ts";
import type { LogPosition } from "../../../functions/model/item.ts";
import type { Circumstances } from "./processes.ts";
import { readerStore } from "./readers.ts";
import { Replay } from "./replay.ts";
import { type Content, valueOfContent } from "./truth.ts";
import type { World } from "./world.ts";

/** A consumer that follows the logs: asks for what is new since the last answer's instant, again and again. */
export interface Follower {
  poll(): Promise<void>;
}

export function createFollower(world: World, circumstances: Circumstances): Follower {
  const { random, simulation } = world;
  const { name } = circumstances;
  const store = readerStore(world, circumstances);
  const follows = world.upstreams.map(({ collection }) => ({
    collection,
    replay: new Replay({ isWhole: false }),
    after: undefined as Instant | LogPosition | undefined,
  }));

  const follow = async (snapshot: ReadSnapshot, each: (typeof follows)[number]) => {
    for (;;) {
      const { after } = each;
      const page = await readChanges(snapshot, each.collection, {
        limit: random.integer(1, 5),
        ...(after !== undefined && { after }),
      });
      for (const change of page.rows) {
        const wrong = each.replay.apply(change);
        if (wrong) simulation.violated(`${name}: ${wrong}`);
      }
      if (!page.next) break;
      each.after = page.next;
    }
    each.after = snapshot.at;
    // Nobody tells followers of edges alone.
    const differs = differenceOfValues(each.replay.items(), world.truthAt(each.collection, snapshot.at));
    if (differs) simulation.violated(`${name} followed ${each.collection} to ${snapshot.at}: ${differs}`);
  };
  return {
    async poll() {
      try {
        const snapshot = await openRead(store);
        simulation.note(`${name} asks up to ${snapshot.at}`);
        // A mark that a late request put holds the read timestamp back again; an answer is never before its question.
        for (const each of follows) if (reached(each.after) <= snapshot.at) await follow(snapshot, each);
      } catch (error) {
        if (!(error instanceof SyncError) || error.code !== "unavailable") throw error;
        simulation.note(`${name} tries again`);
      }
    },
  };
}

function reached(after: Instant | LogPosition | undefined): Instant {
  return typeof after === "object" ? after.at : (after ?? EPOCH);
}

function differenceOfValues(found: ReadonlyMap<string, Content>, wanted: ReadonlyMap<string, Content>): string {
  const keys = [...new Set([...found.keys(), ...wanted.keys()])].sort();
  const value = (content: Content | undefined) => (content === undefined ? content : valueOfContent(content));
  return keys
    .filter((key) => value(found.get(key)) !== value(wanted.get(key)))
    .map((key) => `${key} is ${found.get(key)}, should be ${wanted.get(key)}`)
    .join("; ");
}
