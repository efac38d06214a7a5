import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { collectionOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { seededRandom } from "../../simulator/random.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { startSimulator } from "../../simulator/server.ts";
import {
  dataOf,
  environment,
  type Finished,
  finished,
  newFolder,
  startCommand,
  TARGET,
  TARGET_ARGUMENTS,
  withStored,
} from "./cli.ts";
import { ListedInRuns } from "./listed-in-runs.ts";
import { type Serving, startServing } from "./serving.ts";
import { addressIn } from "./ticking.ts";
import { type Asked, startWatching } from "./watched.ts";

/** Which request of a sync brings death: one to the services, one to the database, or a batch of writes. */
type Kind = "page" | "request" | "write";

/** When somebody dies: at the so-many-th request of a kind, before it is carried out or after, and then nobody hears of it. */
export interface Death {
  readonly kind: Kind;
  readonly at: number;
  readonly when: "before" | "after";
}

/** How a sync that was to be disturbed went. */
export interface Disturbed {
  /** Whether it came so far. */
  readonly killed: boolean;
  readonly ended: Finished;
}

/**
 * One account with its services, its inventory on this machine, and `npm run serve` beside it. Everything that a sync asks of
 * the services passes through here, and what it asks of the database too, as long as it is `serve` that runs it.
 */
export async function openLane(seed: string) {
  const random = seededRandom(seed);
  const folder = await newFolder();
  const account = seedAccount({ seed, baseTime: Date.UTC(2026, 2, 1), accountId: TARGET.account, associations: 400 });
  const simulator = await startSimulator({ account, seed });
  const listed = new ListedInRuns();
  let counts: Record<Kind, number> = { page: 0, request: 0, write: 0 };
  let doomed: { readonly death: Death; readonly kill: () => void } | undefined;
  let held: Promise<unknown> = Promise.resolve();
  let owner = "";
  let serving: Serving;

  /** Counts a request, and says whether it is the one. */
  const strikes = (kinds: readonly Kind[], when: Death["when"]) => {
    const death = doomed?.death;
    if (when === "before") for (const kind of kinds) counts[kind] += 1;
    return death?.when === when && kinds.includes(death.kind) && counts[death.kind] >= death.at;
  };
  const passes = (kinds: readonly Kind[], when: Death["when"]) => {
    if (!strikes(kinds, when)) return true;
    doomed?.kill();
    return false;
  };
  const services = await startWatching(() => simulator.url, {
    async asked() {
      await held;
      return passes(["page"], "before");
    },
    answered(asked, answer) {
      listed.answered(asked, answer);
      if (random.chance(0.3)) simulator.drift();
      return passes(["page"], "after");
    },
  });
  const database = await startWatching(() => owner, {
    asked: (asked) => passes(kindsOf(asked), "before"),
    answered: (asked) => passes(kindsOf(asked), "after"),
  });
  const env = environment(folder.folder, { AWS_ENDPOINT_URL: services.url });
  const startSync = (): ChildProcess => {
    listed.run += 1;
    counts = { page: 0, request: 0, write: 0 };
    return startCommand(["sync", ...TARGET_ARGUMENTS], env);
  };
  /** Has others reach the database, which `serve` runs, through here. */
  const interpose = async () => {
    const address = await addressIn(folder.folder);
    if (address.url === database.url) return;
    owner = address.url;
    const file = path.join(dataOf(folder.folder), "database.json");
    await writeFile(file, JSON.stringify({ ...address, url: database.url }));
  };
  const disturb = async (child: ChildProcess, death: Death, kill: () => void): Promise<Disturbed> => {
    let killed = false;
    const ended = finished(child);
    doomed = {
      death,
      kill() {
        killed = true;
        kill();
      },
    };
    const result = await ended;
    doomed = undefined;
    return { killed, ended: result };
  };

  serving = await startServing(env);
  return {
    random,
    listed,
    get origin() {
      return serving.origin;
    },
    /** Changes the account as a day might. */
    drift(): void {
      const associations = [...account.associations];
      const some = (count: number) => Array.from({ length: count }, () => random.pick(associations));
      for (const association of some(20)) account.associations.remove(association);
      for (const { SourceArn, DestinationArn } of some(40)) {
        const association = [...account.associations].find(
          (other) => other.SourceArn === SourceArn && other.DestinationArn === DestinationArn,
        );
        if (association) account.associations.put({ ...association, SourceName: `renamed ${random.hex(6)}` });
      }
      for (let step = 0; step < 15; step += 1) simulator.drift();
    },
    /** A sync that is let be. */
    async sync(): Promise<Finished> {
      await interpose();
      return finished(startSync());
    },
    /** A sync that is killed, while `serve` runs its database. */
    async killSync(death: Death): Promise<Disturbed> {
      await interpose();
      const child = startSync();
      return disturb(child, death, () => child.kill("SIGKILL"));
    },
    /** A sync that is killed while it runs the database itself, which `serve` uses. */
    async killOwningSync(death: Death): Promise<Disturbed> {
      await serving.stop();
      const gate = new EventEmitter();
      held = once(gate, "opened");
      const child = startSync();
      const disturbed = disturb(child, death, () => child.kill("SIGKILL"));
      try {
        await untilRunBy(child, folder.folder);
        serving = await startServing(env);
      } finally {
        gate.emit("opened");
      }
      return disturbed;
    },
    /** A sync whose database's process, `serve`, is killed. It is there again when the sync has ended. */
    async killServe(death: Death): Promise<Disturbed> {
      await interpose();
      let gone: Promise<void> | undefined;
      const disturbed = await disturb(startSync(), death, () => {
        gone ??= serving.kill();
      });
      if (gone) {
        await gone;
        serving = await startServing(env);
      }
      return disturbed;
    },
    /** What the dead left: scopes that a sync was in the middle of, and those of them that it was writing to. */
    async wounds(): Promise<{ leased: number; dirty: number }> {
      return withStored(env, async (store) => {
        const standings = await Promise.all(SOURCES.map(({ id }) => store.standings(collectionOf(id, TARGET))));
        const leased = standings.flat().filter(({ lease }) => lease !== undefined);
        return { leased: leased.length, dirty: leased.filter(({ dirtySince }) => dirtySince !== undefined).length };
      });
    },
    async close() {
      await serving.kill();
      await database.close();
      await services.close();
      await simulator.close();
      await folder.remove();
    },
  };
}

function kindsOf({ headers }: Asked): readonly Kind[] {
  const target = String(headers["x-amz-target"] ?? "");
  if (!target || target.endsWith(".DescribeTable")) return [];
  return target.endsWith(".BatchWriteItem") ? ["request", "write"] : ["request"];
}

/** Resolves once it is this process that runs the database. */
async function untilRunBy(child: ChildProcess, folder: string): Promise<void> {
  for (;;) {
    const address = await addressIn(folder).catch(() => undefined);
    if (address?.pid === child.pid) return;
    if (child.exitCode !== null) throw new Error(`the sync ended with ${child.exitCode} before it ran the database`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
