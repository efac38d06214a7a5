import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { InventoryEvent } from "../../functions/events/event.ts";
import { createEventBus } from "../../functions/events/event-bus.ts";
import type { PutEvents } from "../../functions/events/publish.ts";
import { startEventBridge, type TestEventBridge } from "../lambda/event-bridge.ts";

/** The real client over HTTP, to an EventBridge that keeps the real one's limits. */

const { signal } = new AbortController();
const noPauses = { sleep: async () => undefined };
let bridge: TestEventBridge;
let put: PutEvents;

beforeAll(async () => {
  bridge = await startEventBridge();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new EventBridgeClient({ endpoint: bridge.url, region: "eu-west-1", credentials, maxAttempts: 1 });
  put = createEventBus(client, "Stocktake-events", noPauses);
});

afterEach(() => {
  bridge.refuse = () => undefined;
  bridge.events.length = 0;
  bridge.requests.length = 0;
});

afterAll(() => bridge.close());

function event(n: number, document: unknown = { n }): InventoryEvent {
  const [eventId, at] = [`c/${n}`, "2026-03-01T12:00:00.000Z"];
  const href = `/v1/items/${n}`;
  return { type: "Item Added", eventId, at, large: ["before", "document"], href, detail: { eventId, document } };
}

const ids = () => bridge.events.map(({ detail }) => detail.eventId).sort();

test("ten events a request at most", async () => {
  await put(
    Array.from({ length: 23 }, (_, n) => event(n)),
    signal,
  );
  expect(bridge.requests.sort()).toEqual([10, 10, 3].sort());
  expect(new Set(ids()).size).toBe(23);
  expect(bridge.events[0]).toMatchObject({
    bus: "Stocktake-events",
    source: "stocktake",
    time: "2026-03-01T12:00:00.000Z",
  });
});

test("of a request that is taken in part, only the rest is sent again", async () => {
  const refused = new Map([
    ["c/3", 2],
    ["c/7", 1],
  ]);
  bridge.refuse = ({ detail: { eventId } }) => {
    const left = refused.get(eventId) ?? 0;
    refused.set(eventId, left - 1);
    return left > 0 ? "ThrottlingException" : undefined;
  };
  await put(
    Array.from({ length: 10 }, (_, n) => event(n)),
    signal,
  );
  expect(bridge.requests).toEqual([10, 2, 1]);
  expect(ids()).toEqual(Array.from({ length: 10 }, (_, n) => `c/${n}`));
});

test("a document that is too large, or refused, is left out, and the event says where it is", async () => {
  bridge.refuse = ({ detail }) => (detail.document === "refused" ? "MalformedDetail" : undefined);
  await put([event(1, "é".repeat(130_000)), event(2, "refused"), event(3)], signal);
  const details = Object.fromEntries(bridge.events.map(({ detail }) => [detail.eventId, detail]));
  expect(details["c/1"]).toEqual({ eventId: "c/1", omitted: ["document"], href: "/v1/items/1" });
  expect(details["c/2"]).toEqual({ eventId: "c/2", omitted: ["document"], href: "/v1/items/2" });
  expect(details["c/3"].document).toEqual({ n: 3 });
});

test("events of 256 KB together are sent in several requests", async () => {
  await put(
    [1, 2, 3].map((n) => event(n, "x".repeat(100_000))),
    signal,
  );
  expect(bridge.requests.sort()).toEqual([1, 2]);
});

test("what is never taken is an error that names the bus, the event and the code", async () => {
  bridge.refuse = ({ detail }) => (detail.eventId === "c/1" ? "InternalFailure" : undefined);
  await expect(put([event(0), event(1)], signal)).rejects.toThrow(
    "bus Stocktake-events did not take 1 of 2 events, the first of them c/1: InternalFailure: refused",
  );
});
