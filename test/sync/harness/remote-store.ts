import type { Change } from "../../../functions/model/item.ts";
import type { Deletion, Store } from "../../../functions/store/port.ts";
import { edgesOf, type Part } from "./ground.ts";
import { splitReads } from "./split-reads.ts";
import type { Way } from "./way.ts";

/**
 * A store as one process sees it, over the network. A batch may travel as many requests, one for each record; what reads many records
 * may see each of them at another time.
 */
export function remoteStore(way: Way): Store {
  const { simulation, process, ground, conditions, send, watch } = way;
  const { random } = simulation;
  const { store } = ground;

  const write = <T>(
    what: string,
    effect: () => Promise<T>,
    rest: { again?: () => Promise<unknown>; signal?: AbortSignal } = {},
  ) => {
    const here = () => ground.as(process.now, effect);
    const again = rest.again ?? here;
    return send({
      what,
      async effect() {
        ground.carriedOut.push(again);
        return here();
      },
      again,
      ...(rest.signal && { signal: rest.signal }),
    });
  };

  /** Waits for all of them, or goes on at the first that fails while the others are still under way. */
  const all = async (requests: readonly Promise<unknown>[]) => {
    if (random.chance(0.5)) return void (await Promise.all(requests));
    for (const outcome of await Promise.allSettled(requests)) if (outcome.status === "rejected") throw outcome.reason;
  };

  /** Edges and log record travel at once, and the version once both are known to be stored. */
  const writeSeparately = async (change: Change, signal: AbortSignal) => {
    const name = `${change.kind} ${change.after.key} ${change.after.at}`;
    const part = (part: Part) => write(`${part} of ${name}`, () => ground.writeParts(change, [part]), { signal });
    await all(edgesOf(change.after).length > 0 ? [part("edges"), part("log")] : [part("log")]);
    await part("version");
  };
  const partsAgain = async (changes: readonly Change[]) => {
    for (const change of changes) {
      const parts = (["edges", "log", "version"] as const).filter(() => random.chance(0.5));
      if (parts.length > 0) await ground.writeParts(change, parts);
    }
  };

  const keepStale = async (collection: string | undefined) => {
    if (collection === undefined || !random.chance(0.1)) return;
    ground.stale.set(collection, (await store.items(collection, {}, { limit: 1_000 })).items.flat());
  };

  return {
    ...splitReads(way),
    now: ground.hasOwnClock ? ground.actualTime : process.now,
    clockOffset: () => (ground.hasOwnClock ? process.now() - ground.actualTime() : undefined),
    close: async () => undefined,
    cursorSecret: () => send({ what: "cursorSecret", effect: () => store.cursorSecret() }),
    begin: (writer) => write(`begin ${writer.scope} ${writer.lease}`, () => store.begin(writer)),
    deleteMarks: (writer) => write(`deleteMarks ${writer.scope} ${writer.lease}`, () => store.deleteMarks(writer)),
    putScopeState(state) {
      const { scope, revision, holder = "-", writing = "-", committedAt = "-", outcome = "-" } = state;
      return write(`putScopeState ${scope} ${revision} ${holder} ${writing} ${committedAt} ${outcome}`, async () => {
        const { stored, replaced } = await ground.putState(state);
        if (replaced !== undefined) await watch.replaced(state, replaced === "none" ? undefined : replaced);
        if (!stored) simulation.note("(not stored)");
        return stored;
      });
    },
    async addDiscards(collection, instants) {
      const put = (some: readonly string[]) =>
        write(`addDiscards ${some.join(" ")}`, () => store.addDiscards(collection, some));
      if (!random.chance(conditions.splits)) return put(instants);
      await all(instants.map((instant) => put([instant])));
    },
    putCollectionRecord: (record) =>
      write(`putCollectionRecord ${record.claim ? "claimed" : "unclaimed"}`, () => store.putCollectionRecord(record)),
    putTarget: (target) => write("putTarget", () => store.putTarget(target)),
    putDiscovery: (record) => write("putDiscovery", () => store.putDiscovery(record)),
    async write(changes, signal) {
      signal.throwIfAborted();
      await keepStale(changes[0]?.after.collection);
      if (random.chance(conditions.splits)) return all(changes.map((change) => writeSeparately(change, signal)));
      const what = `write ${changes.map(({ kind, after }) => `${kind} ${after.key}`).join(", ")}`;
      await write(what, () => ground.write(changes), { signal, again: () => partsAgain(changes) });
    },
    async delete(collection, deletion, signal) {
      signal.throwIfAborted();
      const some = (what: string, part: Deletion) =>
        write(`delete ${what}`, () => ground.delete(collection, part), { signal });
      if (!random.chance(conditions.splits)) return some(JSON.stringify(deletion), deletion);
      await all([
        ...(deletion.versions ?? []).map((version) =>
          some(`version ${version.key} ${version.at}`, { versions: [version] }),
        ),
        ...(deletion.changes ?? []).map((change) => some(`log ${change.key} ${change.at}`, { changes: [change] })),
        ...(deletion.edges ?? []).map((edge) => some(`edge ${edge.key} ${edge.edgeAt}`, { edges: [edge] })),
      ]);
    },
    restore: (restoration, signal) => write("restore", () => store.restore(restoration, signal), { signal }),
    recordSync: (record) => write(`recordSync ${record.scope} ${record.outcome}`, () => store.recordSync(record)),
  };
}
