import { collectionOf } from "../functions/model/collection.ts";
import type { CounterCalls } from "./counter.process.ts";
import type { Counted } from "./counting/tally.ts";
import type { DatabaseCalls } from "./database.process.ts";
import { REGION } from "./processes/account.ts";
import { type Started, start } from "./processes/start.ts";
import type { RunnerCalls } from "./runner.process.ts";
import type { SimulatorCalls } from "./simulator.process.ts";

export type Runner = Started<RunnerCalls>;

/** A listing that is served. */
export interface Listed {
  readonly source: string;
  readonly service: string;
  readonly items: number;
}

/** A listing, and an account under which the database holds the same items. */
export interface Stored extends Listed {
  readonly account: string;
  readonly collection: string;
}

const KINDS = { "sagemaker.associations": "associations", "iot.account-associations": "accountAssociations" } as const;

/** The processes that figures are measured with. Baseline and subject run in a runner; what they talk to runs elsewhere. */
export class World {
  readonly simulator = start<SimulatorCalls>("simulator");
  readonly counter = start<CounterCalls>("counter");
  readonly #databaseProcess = start<DatabaseCalls>("database");
  readonly #databaseUrl = this.#databaseProcess.call("open");
  #accounts = 200_000_000_000;

  /** Where the embedded database is. */
  database(): Promise<string> {
    return this.#databaseUrl;
  }

  /** An account of which nothing is stored. */
  newAccount(): string {
    this.#accounts += 1;
    return String(this.#accounts);
  }

  /** Serves so many items of a source, instead of what was served before. */
  async list(source: keyof typeof KINDS, items: number): Promise<Listed> {
    return { source, items, service: await this.simulator.call("serve", KINDS[source], items) };
  }

  /** Stores what is listed. */
  async store(listed: Listed): Promise<Stored> {
    await this.database();
    const account = this.newAccount();
    await this.#databaseProcess.call("preload", { ...listed, account });
    return { ...listed, account, collection: collectionOf(listed.source, { account, region: REGION }) };
  }

  /** Milliseconds of processor time that the database has taken so far. */
  databaseCpuMs(): Promise<number> {
    return this.#databaseProcess.call("cpuMs");
  }

  /** Counts what the work asks of the database at the address it is given; `swallow` keeps batches of writes from it. */
  async counting<T>(
    work: (database: string) => Promise<T>,
    swallow = false,
  ): Promise<{ readonly result: T; readonly counted: Counted }> {
    const url = await this.counter.call("open", await this.database(), swallow);
    const result = await work(url);
    return { result, counted: await this.counter.call("counted") };
  }

  /** Lends a runner that nothing else has run in. */
  async withRunner<T>(use: (runner: Runner) => Promise<T>): Promise<T> {
    const runner = start<RunnerCalls>("runner");
    try {
      return await use(runner);
    } finally {
      await runner.stop();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.simulator.stop(), this.counter.stop(), this.#databaseProcess.stop()]);
  }
}
