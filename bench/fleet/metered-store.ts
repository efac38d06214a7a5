import { type Collection, serviceOf } from "../../functions/model/collection.ts";
import type { Change, ItemVersion } from "../../functions/model/item.ts";
import type { Store } from "../../functions/store/port.ts";
import type { Simulation } from "../../test/sync/harness/simulation.ts";

/*
 * A store that takes virtual time, and counts the request units that DynamoDB would. test/store/cost.test.ts shows that it does: a strong read
 * takes a unit for 4 KB, a write one for 1 KB. Sizes are those of the records' JSON, which is longer than what DynamoDB counts.
 */

/** How long one request takes, ms; and the megabyte that one page of a query has. */
export const STORE_MS = 6;
export const STORE_MEGABYTE_MS = 150;

const READ_UNIT = 4_096;
const WRITE_UNIT = 1_024;
const MEGABYTE = 2 ** 20;

export interface Units {
  read: number;
  written: number;
}

export interface MeteredStore {
  readonly store: Store;
  /** By the method of the store that took them. */
  readonly units: Readonly<Record<string, Units>>;
}

/** Method by method: the size of what is read of an answer, or the units of what is written. */
interface Cost {
  readonly read?: number;
  readonly written?: number;
  /** Bytes that come from the database. */
  readonly bytes?: number;
}

export function meterStore(simulation: Simulation, inner: Store): MeteredStore {
  const units: Record<string, Units> = {};
  const sizes = new Map<Collection, number>();
  const partitions = new Map<string, number>();
  const sized = (record: { readonly collection: Collection }) => {
    const { collection } = record;
    const service = serviceOf(collection);
    const size = sizeOf(record);
    partitions.set(service, (partitions.get(service) ?? 0) + size - (sizes.get(collection) ?? 0));
    sizes.set(collection, size);
    return size;
  };

  const call = <T>(method: string, request: () => Promise<T>, costOf: (answer: T) => Cost): Promise<T> =>
    new Promise((resolve, reject) => {
      const done = (answer: T) => {
        const { read = 0, written = 0, bytes = 0 } = costOf(answer);
        units[method] ??= { read: 0, written: 0 };
        units[method].read += read;
        units[method].written += written;
        const transfer = (bytes / MEGABYTE) * STORE_MEGABYTE_MS;
        if (transfer < 1) resolve(answer);
        else simulation.after(transfer, () => resolve(answer));
      };
      simulation.after(STORE_MS, () => simulation.during(request().then(done, reject)));
    });

  const readOf = (bytes: number): Cost => ({ read: Math.max(1, Math.ceil(bytes / READ_UNIT)), bytes });
  const one = (): Cost => ({ read: 1 });
  const writesOf = (bytes: number) => (): Cost => ({ written: writeUnits(bytes) });

  const metered: Partial<Store> = {
    readTimestamp: () => call("readTimestamp", () => inner.readTimestamp(), one),
    begin: (writer) => call("begin", () => inner.begin(writer), writesOf(0)),
    marks: () => call("marks", () => inner.marks(), one),
    deleteMarks: (writer) => call("deleteMarks", () => inner.deleteMarks(writer), writesOf(0)),
    scopeState: (collection, scope) => call("scopeState", () => inner.scopeState(collection, scope), one),
    scopeStates: (collection) =>
      call(
        "scopeStates",
        () => inner.scopeStates(collection),
        (states) => readOf(sum(states.map(sizeOf))),
      ),
    putScopeState: (state) => call("putScopeState", () => inner.putScopeState(state), writesOf(sizeOf(state))),
    discards: (collection) => call("discards", () => inner.discards(collection), one),
    addDiscards: (collection, instants) =>
      call(
        "addDiscards",
        () => inner.addDiscards(collection, instants),
        () => ({ written: instants.length }),
      ),
    collectionRecord: (collection) => call("collectionRecord", () => inner.collectionRecord(collection), one),
    collectionRecords: (services, options) =>
      call(
        "collectionRecords",
        () => inner.collectionRecords(services, options),
        (records) => {
          for (const record of records) if (!sizes.has(record.collection)) sized(record);
          const costs = services.map((service) => readOf(partitions.get(service) ?? 0));
          const share = options?.consistency === "eventual" ? 0.5 : 1;
          return {
            read: share * sum(costs.map(({ read = 0 }) => read)),
            bytes: sum(costs.map(({ bytes = 0 }) => bytes)),
          };
        },
      ),
    putCollectionRecord: (record) =>
      call("putCollectionRecord", () => inner.putCollectionRecord(record), writesOf(sized(record))),
    targets: () =>
      call(
        "targets",
        () => inner.targets(),
        (records) => readOf(sum(records.map(sizeOf))),
      ),
    target: (target) => call("target", () => inner.target(target), one),
    write: (changes, signal) =>
      call(
        "write",
        () => inner.write(changes, signal),
        () => ({ written: sum(changes.map(unitsOfChange)) }),
      ),
    items: (collection, range, page) =>
      call(
        "items",
        () => inner.items(collection, range, page),
        ({ items }) => {
          const cost = readOf(sum(items.flat().map(sizeOf)));
          return page.consistency === "eventual" ? { ...cost, read: (cost.read ?? 0) / 2 } : cost;
        },
      ),
    itemsOf: (collection, keys) =>
      call(
        "itemsOf",
        () => inner.itemsOf(collection, keys),
        (items) => ({
          read: Math.max(keys.length, sum(items.flat().map((item) => Math.ceil(sizeOf(item) / READ_UNIT)))),
        }),
      ),
    delete: (collection, deletion, signal) =>
      call(
        "delete",
        () => inner.delete(collection, deletion, signal),
        () => {
          const { versions = [], changes = [], edges = [] } = deletion;
          return { written: versions.length + changes.length + edges.length };
        },
      ),
    changes: (collection, range, limit, order) =>
      call(
        "changes",
        () => inner.changes(collection, range, limit, order),
        ({ changes }) => readOf(sum(changes.map(sizeOf))),
      ),
    syncs: (collection, range, limit) =>
      call(
        "syncs",
        () => inner.syncs(collection, range, limit),
        ({ syncs }) => readOf(sum(syncs.map(sizeOf))),
      ),
    recordSync: (record) => call("recordSync", () => inner.recordSync(record), writesOf(sizeOf(record))),
  };
  // Whatever else is asked is not counted, and must not be asked.
  const refused = Object.keys(inner).flatMap((name) => {
    const refuse = () => {
      throw new Error(`store.${name} is not counted`);
    };
    return FREE.has(name) ? [] : [[name, refuse] as const];
  });
  const store: Store = { ...inner, ...Object.fromEntries(refused), ...metered };
  return { store, units };
}

/** What asks nothing of the database. */
const FREE: ReadonlySet<string> = new Set(["now", "clockOffset"]);

/** An edge is a record at each of its ends, where it is new. */
function unitsOfChange(change: Change): number {
  const { after } = change;
  const size = writeUnits(sizeOf(after));
  const edges = after.edgeAt === after.at ? sum(after.edges.map(() => 2)) : 0;
  return size + writeUnits(sizeOf(change)) + edges;
}

function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT));
}

function sizeOf(record: object | ItemVersion): number {
  return Buffer.byteLength(JSON.stringify(record));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
