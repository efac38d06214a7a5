import { compareKeys, inRange } from "../../functions/model/collection.ts";
import { instantOf } from "../../functions/model/instant.ts";
import type { Connection } from "../../functions/model/source.ts";
import { CREATION_SOURCE, page, type Thing, thing } from "./engine.ts";

const HOUR_MS = 3_600_000;
const FIRST = Date.UTC(2026, 1, 1);

/** The instant so many hours after the first that anything was created: a month before the tests' clock starts. */
export function created(hours: number): string {
  return instantOf(FIRST + hours * HOUR_MS);
}

/** The key of an item of that id. */
export function keyOfId(id: string): string {
  return CREATION_SOURCE.key(thing(id)) ?? "";
}

/** A listing by creation, in ascending order, each item on a page of its own. Items may be put in and taken out while it goes on. */
export function listedByCreation(things: Map<string, Thing>, between: () => Promise<void> = async () => undefined) {
  const connection: Pick<Connection, "list"> = {
    async *list({ range }) {
      let after = "";
      for (;;) {
        await between();
        const [next] = [...things.keys()]
          .map(keyOfId)
          .filter((key) => inRange(range, key) && compareKeys(key, after) > 0)
          .sort(compareKeys);
        if (next === undefined) return;
        after = next;
        const found = [...things.values()].find(({ Id = "" }) => keyOfId(Id) === next);
        if (found) yield page(found);
      }
    },
  };
  return connection;
}

/** What is there upstream: things with these ids. */
export function thingsById(...ids: string[]): Map<string, Thing> {
  return new Map(ids.map((id) => [id, thing(id)]));
}
