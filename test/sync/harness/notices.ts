import type { InventoryEvent } from "../../../functions/events/event.ts";
import type { Collection } from "../../../functions/model/collection.ts";
import type { CollectionRecord, Notice, Notices } from "../../../functions/model/collection-record.ts";
import type { Simulation } from "./simulation.ts";

type Kind = keyof Notices;
const KINDS: Readonly<Record<string, Kind>> = { "Sync Failed": "failed", "Removals Pending": "pending" };

/** What the record says that a person should look at, whatever its notices say. */
function isSo(kind: Kind, { failure, pending = 0 }: CollectionRecord): boolean {
  return kind === "failed" ? failure !== undefined : kind === "pending" && pending > 0;
}

/** The notices on the bus of a run, held against every state that the collections' records ever had. */
export class NoticesOnBus {
  private readonly records = new Map<string, CollectionRecord>();
  /** The revision with which what is so now began. */
  private readonly begun = new Map<string, number>();
  private readonly arrived = new Map<string, { readonly at: string; readonly revision: number }[]>();

  /** An event arrives: what it says was so with the record that it names. */
  receive(simulation: Simulation, { type, eventId, detail }: InventoryEvent): void {
    const violated = (what: string) => simulation.violated(`the bus gets ${type} ${eventId}, ${what}`);
    const { collection, at } = detail as { collection: Collection; at: string };
    const kind = KINDS[type];
    const revision = Number(eventId.split("#").at(-1));
    const record = this.records.get(`${collection} ${revision}`);
    if (!kind || !record) {
      violated("of which no record says anything");
      return;
    }
    const { error, pending } = detail as { error?: { code: string }; pending?: number };
    const isRight = kind === "failed" ? record.failure === error?.code : (record.pending ?? 0) === pending;
    if (!isRight) violated(`where the record says ${JSON.stringify(record)}`);
    const name = `${collection} ${kind}`;
    this.arrived.set(name, [...(this.arrived.get(name) ?? []), { at, revision }]);
  }

  /** A record is stored: none of its notices counts as published that did not arrive. */
  stored(simulation: Simulation, record: CollectionRecord): void {
    const { collection, revision, notices = {} } = record;
    this.records.set(`${collection} ${revision}`, record);
    for (const kind of Object.values(KINDS)) {
      const name = `${collection} ${kind}`;
      if (!isSo(kind, record)) this.begun.delete(name);
      else if (!this.begun.has(name)) this.begun.set(name, revision);
    }
    for (const [kind, { unpublished, since, revision }] of Object.entries(notices) as [Kind, Notice][]) {
      const arrived = this.arrived.get(`${collection} ${kind}`) ?? [];
      const isThere = arrived.some((each) => each.at === since && each.revision === revision);
      if (unpublished === undefined && !isThere)
        simulation.violated(`that ${collection} is ${kind} since ${since} counts as published, and never arrived`);
    }
  }

  /** What is so by a record, and did not arrive since it began. */
  unpublished({ collection, ...record }: CollectionRecord): Kind | undefined {
    return Object.values(KINDS).find((kind) => {
      const begun = this.begun.get(`${collection} ${kind}`) ?? 0;
      const arrived = this.arrived.get(`${collection} ${kind}`) ?? [];
      return isSo(kind, { collection, ...record }) && !arrived.some(({ revision }) => revision >= begun);
    });
  }
}
