import type { CollectionRecord } from "../../../functions/model/collection-record.ts";
import type { Store } from "../../../functions/store/port.ts";
import { CLAIM_MS } from "../../../functions/sync/due.ts";
import { INTERVALS, type Weakness } from "./fleet.ts";

/*
 * Planning with one of its parts left out. Each is needed, so each must break a promise: the test of the test.
 */

/** A store that replaces what ends a claim. */
function ending(
  end: (record: CollectionRecord, before: CollectionRecord, now: number) => CollectionRecord | undefined,
): Pick<Weakness, "store"> {
  return {
    store: (store, now) => ({
      async putCollectionRecord(record) {
        const before = await store.collectionRecord(record.collection);
        const isEnd = before?.claim !== undefined && record.claim === undefined;
        const put = isEnd ? end(record, before, now()) : record;
        return put ? store.putCollectionRecord(put) : true;
      },
    }),
  };
}

const isGivenBack = (record: CollectionRecord, before: CollectionRecord) => record.nextAt === before.nextAt;

export const WEAKENED: Readonly<Record<string, Weakness>> = {
  "the end of a sync forgets a hint that came meanwhile": ending(({ hint, ...record }, _before, now) =>
    hint ? { ...record, nextAt: Math.max(record.nextAt, now + INTERVALS.fullMs) } : record,
  ),

  "what is planned does not hear of other parents": {
    store: (store) => ({
      putCollectionRecord: async (record) => record.request !== undefined || store.putCollectionRecord(record),
    }),
  },

  "what was synced stays due": ending((record, { nextAt }) => ({ ...record, nextAt })),

  "a claim that was refused is not given back": ending((record, before) =>
    isGivenBack(record, before) && before.nextIncrementalAt === record.nextIncrementalAt ? undefined : record,
  ),

  "a claim that lapsed is never given to another": {
    store: (store, now) => ({
      async collectionRecords(services) {
        const records = await store.collectionRecords(services);
        return records.map((record) =>
          record.claim ? { ...record, claim: { ...record.claim, expires: now() + CLAIM_MS } } : record,
        );
      },
    }),
  },

  "a claim does not say that another worker is in its target": {
    store: (store) => ({
      putCollectionRecord({ claim, ...record }) {
        if (!claim) return store.putCollectionRecord(record);
        const { beside: _beside, ...alone } = claim;
        return store.putCollectionRecord({ ...record, claim: alone });
      },
    }),
  },

  "a worker does not look whether its claim is superseded": {
    worker: (store, { claim }) => ({
      async collectionRecord(collection) {
        const record = await store.collectionRecord(collection);
        const at = store.now();
        return record && { ...record, claim: { id: claim, at, expires: at + CLAIM_MS } };
      },
    }),
  },

  "a record is replaced whatever its revision": {
    store: (store: Store) => ({
      async putCollectionRecord(record) {
        const before = await store.collectionRecord(record.collection);
        return store.putCollectionRecord({ ...record, revision: (before?.revision ?? 0) + 1 });
      },
    }),
  },
};
