import { expect, test } from "vitest";
import { openDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { verify as verifyStore } from "./damage.ts";
import { COLLECTION, createTestClock, present, runSync, thing } from "./engine.ts";

test("a scope's state that is not JSON any more fails its syncs until it is repaired", async () => {
  const clock = createTestClock();
  const database = openDatabase(":memory:");
  const store = createSqliteStore(database, { now: clock.now, retentionDays: 30 });
  const things = [thing("a"), thing("b")];
  await runSync(store, clock, things);
  const before = await present(store);
  database.run("UPDATE stored_scopes SET state = substr(state, 2)");

  const problem = `the state of scope all of ${COLLECTION} cannot be read`;
  expect(await runSync(store, clock, [thing("a")])).toMatchObject({
    outcome: "failed",
    error: {
      code: "damaged",
      message: `database :memory:: ${problem}: run \`stocktake verify --repair\``,
    },
  });
  const verify = async (repair: boolean) => (await verifyStore(store, clock, { repair })).map(({ outcome }) => outcome);
  expect(await verify(false)).toEqual(["damaged"]);
  expect(await verify(true)).toEqual(["repaired"]);
  expect(await runSync(store, clock, things)).toMatchObject({ outcome: "complete", added: 0, modified: 0, removed: 0 });
  expect(await present(store)).toEqual(before);
  expect((await store.changes(COLLECTION, {}, 10)).changes).toHaveLength(2);
});
