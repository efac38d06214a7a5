import database, { type DynaliteStore, type WireItem } from "dynalite/db/index.js";

/** Writes records into the embedded database's own tables, as its server would, without a request for each few of them. */
export type BulkWrite = (table: string, records: readonly object[]) => Promise<void>;

/** To be called before the server is made: hands out the tables that it opens. */
export function captureStore(): () => DynaliteStore {
  let store: DynaliteStore | undefined;
  const create = database.create;
  database.create = (options) => {
    store = create(options);
    return store;
  };
  return () => {
    if (!store) throw new Error("the embedded database has not been opened");
    return store;
  };
}

export function bulkWriter(store: DynaliteStore): BulkWrite {
  return async (name, records) => {
    const table = await done<Parameters<Parameters<DynaliteStore["getTable"]>[1]>[1]>((told) =>
      store.getTable(name, told),
    );
    const indexed = new Map<string, { type: "put"; key: string; value: WireItem }[]>();
    const puts = records.map((record) => {
      const value = wireItem(record);
      for (const put of database.getIndexActions(table.GlobalSecondaryIndexes ?? [], undefined, value, table).puts) {
        const entries = indexed.get(put.index) ?? [];
        entries.push({ type: "put", key: put.key, value: put.item });
        indexed.set(put.index, entries);
      }
      return { type: "put" as const, key: database.createKey(value, table), value };
    });
    await done((told) => store.getItemDb(name).batch(puts, told));
    for (const [index, entries] of indexed) {
      await done((told) => store.getIndexDb("Global", name, index).batch(entries, told));
    }
  };
}

function done<T>(call: (told: (error?: Error | null, result?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result as T)));
  });
}

/** A record of texts and numbers, which those of a first sync are, as the protocol writes it. */
function wireItem(record: object): WireItem {
  const item: WireItem = {};
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === "string") item[name] = { S: value };
    else if (typeof value === "number") item[name] = { N: String(value) };
    else if (value !== undefined) throw new Error(`${name} is neither text nor a number`);
  }
  return item;
}
