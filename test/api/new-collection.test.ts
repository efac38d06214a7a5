import { expect, test } from "vitest";
import { replaced } from "../sync/engine.ts";
import { MEMBERSHIPS, membership } from "./harness/documents.ts";
import { newWorld, sourceNamed } from "./harness/world.ts";

const sources = [sourceNamed(MEMBERSHIPS)];

test.each(["/v1/items", "/v1/changes"])(
  "%s misses no collection that is committed for the first time while its instant is read",
  async (path) => {
    const world = newWorld({ sources });
    const first = { source: MEMBERSHIPS, documents: [membership(1)] };
    // The instant is read last of all that is asked at once.
    const store = replaced(world.store, {
      async readTimestamp() {
        await world.sync(first);
        return world.store.readTimestamp();
      },
    });
    const late = newWorld({ sources, store });

    const { items, asOf } = await late.read<{ items: unknown[]; asOf: string }>(path);

    const again = await world.read<{ items: unknown[] }>(
      path === "/v1/items" ? `${path}?at=${asOf}` : `${path}?until=${asOf}`,
    );
    expect([items.length, again.items.length]).toEqual([1, 1]);
  },
);
