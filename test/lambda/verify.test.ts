import { beforeEach, expect, test } from "vitest";
import { type Message, parseRequest } from "../../functions/lambda/messages.ts";
import { dispatch, processMessage } from "../../functions/lambda/work.ts";
import { SyncError } from "../../functions/model/errors.ts";
import { type Bench, COLLECTION, createBench, deadline, replaced, TARGET } from "./bench.ts";

const FAR = deadline();
const DAY_MS = 86_400_000;
const plan: Message = { kind: "plan", source: "test.things", target: TARGET };

let bench: Bench;

beforeEach(async () => {
  bench = createBench("plain");
  await processMessage(bench, plan, FAR);
});

/** What is said of a request, as a schedule or a person sends it. */
async function reportedOf(request: object, { signal } = FAR): Promise<string[]> {
  bench.reported.length = 0;
  await dispatch(bench, parseRequest(request), signal);
  return [...bench.reported];
}

async function loseVersions(): Promise<void> {
  const { items } = await bench.store.items(COLLECTION, {}, { limit: 100 });
  const versions = items.flat().map(({ key, at }) => ({ key, at }));
  await bench.store.delete(COLLECTION, { versions }, FAR.signal);
}

test("every scope is verified once a week", async () => {
  expect(await reportedOf({ kind: "verify" })).toEqual(["all ok", "verified 1"]);
  expect(await reportedOf({ kind: "verify" })).toEqual(["verified 0"]);
  await bench.clock.sleep(7 * DAY_MS);
  expect(await reportedOf({ kind: "verify" })).toEqual(["all ok", "verified 1"]);
});

test("a damaged one is found every time until it is repaired", async () => {
  await loseVersions();
  expect(await reportedOf({ kind: "verify" })).toEqual(["all damaged", "verified 1"]);
  expect(await reportedOf({ kind: "verify" })).toEqual(["all damaged", "verified 1"]);
  expect(await reportedOf({ kind: "verify", repair: true })).toEqual(["all repaired", "verified 1"]);
  expect(await reportedOf({ kind: "verify" })).toEqual(["verified 0"]);
});

test("a repair looks at every scope, verified this week or not", async () => {
  expect(await reportedOf({ kind: "verify" })).toEqual(["all ok", "verified 1"]);
  await loseVersions();
  expect(await reportedOf({ kind: "verify" })).toEqual(["verified 0"]);
  expect(await reportedOf({ kind: "verify", repair: true })).toEqual(["all repaired", "verified 1"]);
});

test("what does not fit into the invocation is left to the next", async () => {
  const signal = AbortSignal.abort(new SyncError("interrupted", "out of time"));
  expect(await reportedOf({ kind: "verify" }, deadline({ signal }))).toEqual(["verified 0 in part"]);
  expect(await reportedOf({ kind: "verify" })).toEqual(["all ok", "verified 1"]);
});

test("a store that cannot be read fails the invocation", async () => {
  const unreachable = () => Promise.reject(new SyncError("unavailable", "no DynamoDB"));
  const broken = { ...bench, store: replaced(bench.store, { items: unreachable }) };
  await expect(dispatch(broken, parseRequest({ kind: "verify" }), FAR.signal)).rejects.toThrow("no DynamoDB");
});

test("a request to repair says so with true or false", () => {
  expect(() => parseRequest({ kind: "verify", repair: "yes" })).toThrow("Invalid input: repair");
});
