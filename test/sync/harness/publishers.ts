import { type PublishHost, publish } from "../../../functions/events/publish.ts";
import { markPublished, movePublished } from "../../../functions/sync/claim.ts";
import { createNetwork } from "./network.ts";
import { type Circumstances, fateOf, type Running, unlessUnavailable } from "./processes.ts";
import { remoteStore } from "./remote-store.ts";
import { createProcess } from "./simulation.ts";
import type { Weakened, World } from "./world.ts";

/** Publishing with one of its parts left out. Each is needed, so each must break a promise: the test of the test. */
export const WEAKENED_PUBLISHERS: Readonly<Record<string, NonNullable<Weakened["publisher"]>>> = {
  "the position moves before the put": ({ store, put }) => ({
    async put(events, signal) {
      const record = await store.collectionRecord(String(events[0]?.detail.collection));
      if (record && events[0]) await movePublished(store, record, { at: events[0].at });
      await put(events, signal);
    },
  }),

  "a notice counts as published before the put": ({ store, put }) => ({
    async put(events, signal) {
      const record = await store.collectionRecord(String(events[0]?.detail.collection));
      if (record?.notices && !events[0]?.type.startsWith("Item ")) await markPublished(store, record, record.notices);
      await put(events, signal);
    },
  }),

  "a put that failed counts as done": ({ put }) => ({
    put: (events, signal) => put(events, signal).catch(() => undefined),
  }),

  "what is not committed is published": ({ store }) => ({
    store: { ...store, readTimestamp: async () => "9999-01-01T00:00:00.000Z" },
  }),
};

/** Starts a run that publishes what is left of every collection. */
export function startPublisher(world: World, circumstances: Circumstances): Running<void> {
  const { simulation, ground, upstreams, bus, weakened } = world;
  const { name, skewMs, network } = circumstances;
  const process = createProcess(simulation, name, skewMs);
  const watch = { ...fateOf(process, circumstances), replaced: async () => undefined };
  const send = createNetwork(simulation, process, network, watch);
  const host: PublishHost = {
    store: remoteStore({ simulation, process, ground, conditions: network, send, watch }),
    signal: new AbortController().signal,
    nameOf: ({ key }) => key,
    async put(events) {
      const puts = events.map((event) => {
        const arrive = async () => bus.receive(world, event);
        return send({ what: `put ${event.type} ${event.eventId}`, effect: arrive, again: arrive });
      });
      for (const outcome of await Promise.allSettled(puts)) if (outcome.status === "rejected") throw outcome.reason;
    },
  };
  const publishAll = async () => {
    for (const { collection } of upstreams) await publish({ ...host, ...weakened.publisher?.(host) }, collection);
  };
  simulation.note(`${name} publishes`);
  return { process, ended: unlessUnavailable(world, name, publishAll()) };
}
