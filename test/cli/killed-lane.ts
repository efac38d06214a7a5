import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { collectionOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Store } from "../../functions/store/port.ts";
import { seededRandom } from "../../simulator/random.ts";
import { openDatabase } from "../store/database.ts";
import { FIVE_SOURCES, type Finished, finished, startCommand, TARGET, TARGET_ARGUMENTS, withStored } from "./cli.ts";
import { ListedInRuns } from "./listed-in-runs.ts";
import { type Serving, startServing } from "./serving.ts";
import { startWatching, type WatchedRequest } from "./watched.ts";
import { startWorld } from "./world.ts";

/** What the inventory of a lane is kept in: files that both processes open, or a DynamoDB behind a proxy. */
export type Database = "sqlite" | "dynamodb";

/** Which request of a sync brings death: one to the services, any one to the database, or a batch of writes. */
export type Kind = "page" | "request" | "write";

/**
 * When the sync dies: at the so-many-th request of a kind, before it is carried out or after, and then nobody hears of it; or a moment later,
 * in the midst of what it does on this machine.
 */
export interface Death {
  readonly kind: Kind;
  readonly at: number;
  readonly when: "before" | "after";
  readonly laterMs: number;
}

/** How a sync that was to be disturbed went. */
export interface Disturbed {
  /** Whether it came that far. */
  readonly struck: boolean;
  readonly ended: Finished;
}

/**
 * One account with its services, its inventory, and `stocktake serve` beside it. Everything that a sync asks of the services, and of a DynamoDB,
 * passes through here.
 */
export async function openLane(seed: string, kept: Database) {
  const random = seededRandom(seed);
  const listed = new ListedInRuns();
  let counts: Record<Kind, number> = { page: 0, request: 0, write: 0 };
  let doomed: { readonly death: Death; readonly strike: () => boolean } | undefined;

  /** Counts a request, and strikes if it is the one. Answers whether it passes. */
  const passes = (kinds: readonly Kind[], when: Death["when"]): boolean => {
    if (when === "before") for (const kind of kinds) counts[kind] += 1;
    const death = doomed?.death;
    if (!death || death.when !== when || !kinds.includes(death.kind) || counts[death.kind] < death.at) return true;
    return doomed?.strike() ?? true;
  };
  let services: Awaited<ReturnType<typeof startWatching>> | undefined;
  const before = async (url: string) => {
    services = await startWatching(() => url, {
      asked: () => passes(["page"], "before"),
      answered(asked, answer) {
        listed.answered(asked, answer);
        if (random.chance(0.3)) world.simulator.drift();
        return passes(["page"], "after");
      },
    });
    return services.url;
  };
  const world = await startWorld({ seed, associations: 200 }, { before });
  const { account, simulator } = world;
  const dynamodb = kept === "dynamodb" ? await openDatabase() : undefined;
  const database = await startWatching(() => dynamodb?.url ?? "", {
    asked: (asked) => passes(kindsOf(asked), "before"),
    answered: (asked) => passes(kindsOf(asked), "after"),
  });
  const ownEnv = { ...world.env, ...(dynamodb && { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url }) };
  const syncEnv = { ...world.env, ...(dynamodb && { AWS_ENDPOINT_URL_DYNAMODB: database.url }) };
  const startSync = (): ChildProcess => {
    listed.run += 1;
    counts = { page: 0, request: 0, write: 0 };
    return startCommand(["sync", ...TARGET_ARGUMENTS, ...FIVE_SOURCES], syncEnv);
  };
  const disturb = async (
    death: Death,
    victim: { readonly isSync: boolean; kill(child: ChildProcess): Promise<void> | void },
  ): Promise<Disturbed> => {
    const child = startSync();
    const ended = finished(child);
    let striking: Promise<void> | undefined;
    doomed = {
      death,
      strike() {
        striking ??= sleep(death.laterMs).then(() => victim.kill(child));
        return !victim.isSync || death.laterMs > 0;
      },
    };
    const result = await ended;
    doomed = undefined;
    await striking;
    return { struck: striking !== undefined, ended: result };
  };

  let serving: Serving = await startServing(ownEnv);
  return {
    random,
    listed,
    get origin() {
      return serving.origin;
    },
    /** How `serve` is, for what goes wrong with it. */
    serveState: () => serving.state(),
    /** Changes the account as a day might. */
    drift(): void {
      const associations = [...account.associations];
      const some = (count: number) => Array.from({ length: count }, () => random.pick(associations));
      for (const association of some(10)) account.associations.remove(association);
      for (const { SourceArn, DestinationArn } of some(20)) {
        const association = [...account.associations].find(
          (other) => other.SourceArn === SourceArn && other.DestinationArn === DestinationArn,
        );
        if (association) account.associations.put({ ...association, SourceName: `renamed ${random.hex(6)}` });
      }
      for (let step = 0; step < 15; step += 1) simulator.drift();
    },
    /** A sync that is let be. */
    sync: (): Promise<Finished> => finished(startSync()),
    /** A sync that is killed. */
    killSync: (death: Death): Promise<Disturbed> =>
      disturb(death, {
        isSync: true,
        kill(child) {
          child.kill("SIGKILL");
        },
      }),
    /** A sync beside which `serve`, which has the same inventory open, is killed. It is there again afterwards. */
    killServe: (death: Death): Promise<Disturbed> =>
      disturb(death, {
        isSync: false,
        async kill() {
          await serving.kill();
          serving = await startServing(ownEnv);
        },
      }),
    /** What the dead left: scopes that are leased, and those of them that were being written. */
    async wounds(): Promise<{ leased: number; writing: number }> {
      const read = async (store: Store) => {
        const states = await Promise.all(SOURCES.map(({ id }) => store.scopeStates(collectionOf(id, TARGET))));
        const leased = states.flat().filter(({ holder }) => holder !== undefined);
        return { leased: leased.length, writing: leased.filter(({ writing }) => writing !== undefined).length };
      };
      return dynamodb ? read(dynamodb.storeOn("stocktake-")) : withStored(ownEnv, read);
    },
    async close() {
      await serving.kill();
      await database.close();
      await dynamodb?.close();
      await services?.close();
      await world.close();
    },
  };
}

function kindsOf({ headers }: WatchedRequest): readonly Kind[] {
  const target = String(headers["x-amz-target"] ?? "");
  if (!target || target.endsWith(".DescribeTable")) return [];
  return target.endsWith(".BatchWriteItem") ? ["request", "write"] : ["request"];
}
