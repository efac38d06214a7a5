import { isDeepStrictEqual } from "node:util";
import { catchUp } from "../../../cli/mirror.ts";
import { createClient } from "../../../client/client.ts";
import { ApiError } from "../../../client/request.ts";
import { createApi } from "../../../functions/api/app.ts";
import { sourceMetadata } from "../../../functions/api/service.ts";
import { readAllChanges } from "../../../functions/inventory/changes.ts";
import { readItems } from "../../../functions/inventory/items.ts";
import { openRead } from "../../../functions/inventory/read-timestamp.ts";
import { SyncError } from "../../../functions/model/errors.ts";
import { EPOCH } from "../../../functions/model/instant.ts";
import type { Store } from "../../../functions/store/port.ts";
import { openDatabase, type SqliteDatabase } from "../../../functions/store/sqlite/database.ts";
import { openMirror } from "../../../functions/store/sqlite/mirror.ts";
import { createSqliteStore } from "../../../functions/store/sqlite/store.ts";
import { empty, RETENTION_DAYS } from "./in-memory.ts";
import type { Watch } from "./network.ts";
import { type Circumstances, fateOf, type Running } from "./processes.ts";
import { readAtRandom, readerStore, type Sighting } from "./readers.ts";
import { waitedFor, waiting, working } from "./real-work.ts";
import { createProcess, type Process, START } from "./simulation.ts";
import { sourceOf } from "./upstream.ts";
import type { Weakened, World } from "./world.ts";

/** A mirror with one of its parts left out. Each is needed, so each must break a promise: the test of the test. */
export const WEAKENED_MIRRORS: Readonly<Record<string, NonNullable<Weakened["mirror"]>>> = {
  "the position moves before the rows": (mirror) => {
    let held: (() => Promise<void>) | undefined;
    return {
      ...mirror,
      add: async (rows, signal) => {
        await held?.();
        held = () => mirror.add(rows, signal);
      },
      advance: async (...to) => {
        await mirror.advance(...to);
        await held?.();
        held = undefined;
      },
    };
  },

  "readers see a page before the rest": (mirror) => ({
    ...mirror,
    async add(rows, signal) {
      await mirror.add(rows, signal);
      const at = [...(rows.versions ?? []).map((version) => version.at)].sort().at(-1);
      if (at !== undefined) await mirror.advance(await mirror.progress(), { at, collections: [], scopes: [] });
    },
  }),
};

/** A file that mirrors copy the inventory into, by its API. It outlives them. */
export interface MirrorFile {
  /** Starts a mirror on the file, which one that is at work on it has to notice. */
  start(circumstances: Circumstances): Running<void>;
  /** With everything copied: the file is the inventory, at every instant, and its log is the same. */
  check(): Promise<void>;
}

const API = "http://api.test";

/** An empty file, and the API that it is to be a mirror of. */
export function createMirrorFile(world: World, api: Circumstances, sightings: Sighting[]): MirrorFile {
  const database = emptyDatabase();
  const now = () => START + Math.floor(world.simulation.time());
  const store = createSqliteStore(database, { now, retentionDays: RETENTION_DAYS, readOnly: true });
  const app = createApi({
    store: withRecords(world, waitedFor(readerStore(world, api))),
    sources: world.upstreams.map((upstream) => sourceMetadata(sourceOf(upstream, 1))),
    retentionDays: RETENTION_DAYS,
    readContract: async () => "",
    onError: () => undefined,
  });
  // Until its first copy is whole nobody reads it: see openMirrorToRead.
  const isWhole = () => database.first("SELECT 1 FROM stored_clock") !== undefined;
  const read = async () => isWhole() && readAtRandom(world, { name: "a reader of the mirror", store }, sightings);
  return {
    start(circumstances) {
      const { name, skewMs } = circumstances;
      const process = createProcess(world.simulation, name, skewMs);
      const way: Way = { world, process, watch: fateOf(process, circumstances), faults: circumstances.network.faults };
      const answer = async (request: Request) => app.fetch(request);
      const copying = working(world.simulation, () => copy(way, stepwise(way, database, read), answer, circumstances));
      world.simulation.note(`${name} copies`);
      return { process, ended: copying };
    },
    check: () => checkMirror(world, database, store),
  };
}

/** The API answers for collections that have a record. Only some syncs of the harness make one, as by what is due. */
function withRecords({ upstreams }: World, store: Store): Store {
  return {
    ...store,
    async collectionRecords(services) {
      const records = new Map((await store.collectionRecords(services)).map((record) => [record.collection, record]));
      const collections = upstreams.map(({ collection }) => collection).sort();
      return collections.map(
        (collection) => records.get(collection) ?? { collection, revision: 0, status: "active", nextAt: 0 },
      );
    },
  };
}

/** What a mirror has to reach the API and its file. */
interface Way {
  readonly world: World;
  readonly process: Process;
  readonly watch: Pick<Watch, "sending" | "arrived">;
  readonly faults: number;
}

/** Copies a few times, as with --follow. */
async function copy(
  way: Way,
  database: SqliteDatabase,
  api: (request: Request) => Promise<Response>,
  { interruptedAfterMs }: Circumstances,
): Promise<void> {
  const { simulation, random, scenario, weakened } = way.world;
  const { name, clock, deliver } = way.process;
  const stop = new AbortController();
  const { signal } = stop;
  if (interruptedAfterMs !== undefined)
    simulation.after(interruptedAfterMs, () => deliver(() => stop.abort(new Error("interrupted"))));
  // How long the client waits is random as well, and not in virtual time.
  const sleep = () => waiting(clock.sleep(random.integer(100, 20_000), signal));
  const client = createClient({ baseUrl: API, fetch: (request) => fetchStepwise(way, api, request) });
  try {
    const opened = await openMirror(database, API);
    const mirror = weakened.mirror?.(opened) ?? opened;
    for (let times = interruptedAfterMs === undefined ? 1 : random.integer(1, 4); times > 0; times -= 1) {
      const { at } = await catchUp({ client, mirror, signal, sleep });
      simulation.note(`${name} has copied up to ${at}`);
      if (times > 1) await waiting(clock.sleep(random.integer(0, scenario.spanMs / 4), signal));
    }
  } catch (error) {
    simulation.note(`${name} threw ${String(error)}`);
    const isExpected =
      signal.aborted ||
      (error instanceof SyncError && error.code === "superseded") ||
      (error instanceof ApiError && error.status === 503) ||
      error instanceof TypeError;
    if (!isExpected) simulation.violated(`${name} threw ${error instanceof Error ? error.stack : String(error)}`);
  }
}

/** Requests a small page, so that there are many steps between which everybody else's happen. */
function fetchStepwise(
  { world: { random, simulation }, process, watch, faults }: Way,
  api: (request: Request) => Promise<Response>,
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  url.searchParams.set("limit", `${random.integer(1, 5)}`);
  const response = new Promise<Response>((resolve, reject) => {
    const fail = () => process.deliver(() => reject(new TypeError("fetch failed")));
    const answered = (response: Response) => {
      simulation.note(`${process.name} is answered ${response.status}: ${url.pathname}${url.search}`);
      watch.arrived(false);
      if (random.chance(faults)) fail();
      else process.deliver(() => resolve(response));
    };
    watch.sending(url.pathname, false);
    process.deliver(() => void working(simulation, () => api(new Request(url))).then(answered, reject));
  });
  return waiting(response);
}

/** The file as one process sees it: every transaction is a step, after which it may be no more, and others read what is there then. */
function stepwise(
  { world: { random, simulation }, process, watch }: Way,
  database: SqliteDatabase,
  read: () => Promise<unknown>,
): SqliteDatabase {
  const write: SqliteDatabase["write"] = (body, signal) => waiting(written(body, signal));
  const written: SqliteDatabase["write"] = (body, signal) =>
    new Promise((resolve, reject) => {
      const commit = async () => {
        const outcome = await database.write(body, signal).then(
          (value) => () => resolve(value),
          (error: unknown) => () => reject(error),
        );
        simulation.note(`${process.name} writes`);
        if (random.chance(0.2)) await read();
        watch.arrived(true);
        process.deliver(outcome);
      };
      watch.sending("transaction", true);
      process.deliver(() =>
        simulation.after(random.integer(1, 50), () => process.deliver(() => simulation.during(commit()))),
      );
    });
  return { ...database, write };
}

/** Everything that is stored of the items and of the log is in the mirror, and nothing else; so it is for SQL, and for who counts. */
async function checkMirror(world: World, database: SqliteDatabase, store: Store): Promise<void> {
  const source = world.ground.store;
  const newest = await source.readTimestamp();
  const reached = await store.readTimestamp();
  if (reached !== newest) throw new Error(`the mirror shows ${reached}, the inventory ${newest}`);
  for (const { collection } of world.upstreams) {
    for (const at of new Set([EPOCH, ...world.instants(), newest])) {
      const [found, wanted] = await Promise.all([store, source].map((of) => itemsAt(of, collection, at)));
      if (!isDeepStrictEqual(found, wanted))
        throw new Error(`the mirror of ${collection} at ${at}: ${text(found)}, should be ${text(wanted)}`);
    }
    const [log, sourceLog] = await Promise.all([store, source].map((of) => logOf(of, collection)));
    if (!isDeepStrictEqual(log, sourceLog))
      throw new Error(`the mirrored log of ${collection}: ${text(log)}, should be ${text(sourceLog)}`);
    const items = (await itemsAt(source, collection, newest)).filter(({ state }) => state === "present");
    const rows = database.all("SELECT key, document FROM items WHERE collection = ? ORDER BY key", [collection]);
    const wanted = items.map(({ key, document }) => [key, document]);
    if (!isDeepStrictEqual(rows, wanted))
      throw new Error(`the mirror's view of ${collection}: ${text(rows)}, should be ${text(wanted)}`);
    for (const { scope, count } of await store.scopeStates(collection)) {
      const { size } = world.truthOf(collection, scope).last;
      if (count !== size) throw new Error(`the mirror counts ${count} items of ${size} in ${collection} ${scope}`);
    }
  }
}

async function itemsAt(store: Store, collection: string, at: string) {
  const snapshot = await openRead(store, at);
  return (await readItems(snapshot, collection, {}, { limit: 10_000 })).rows;
}

async function logOf(store: Store, collection: string) {
  return (await readAllChanges(await openRead(store), collection, { limit: 100_000 })).rows;
}

const text = (value: unknown) => JSON.stringify(value);

let opened: SqliteDatabase | undefined;

/** An empty database; always the same, since opening one takes longer than emptying it. */
function emptyDatabase(): SqliteDatabase {
  opened ??= openDatabase(":memory:");
  opened.run("DROP TABLE IF EXISTS stored_mirror");
  empty(opened);
  opened.run("UPDATE stored_retention SET start = ?", [EPOCH]);
  return opened;
}
