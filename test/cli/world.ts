import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { SimulatedAccount } from "../../simulator/account.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import {
  environment,
  type Finished,
  newFolder,
  runCommand,
  type Stored,
  storedOf,
  TARGET,
  TARGET_ARGUMENTS,
  withStored,
} from "./cli.ts";

/** A simulated account, and commands that sync and read it in a folder of their own. */
export interface World {
  readonly simulator: Simulator;
  readonly account: SimulatedAccount;
  /** The home of the commands' user. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  run(...args: readonly string[]): Promise<Finished>;
  /** Syncs the account, with further arguments. */
  sync(...args: readonly string[]): Promise<Finished>;
  /** What is stored of a source. */
  stored(source: string): Promise<Stored>;
  close(): Promise<void>;
}

export type Sizes = Omit<Parameters<typeof seedAccount>[0], "baseTime" | "accountId">;

export interface WorldOptions {
  /** Stands before the services, and answers where they are reached. */
  readonly before?: (services: string) => Promise<string>;
  /** Runs the commands. Default: in processes of their own. */
  readonly run?: typeof runCommand;
}

/** Starts a world whose account has so much in it. */
export async function startWorld(
  sizes: Sizes,
  { before = async (services) => services, run = runCommand }: WorldOptions = {},
): Promise<World> {
  const folder = await newFolder();
  const account = seedAccount({ baseTime: Date.UTC(2026, 2, 1), accountId: TARGET.account, ...sizes });
  const simulator = await startSimulator({ account });
  const env = environment(folder.folder, { AWS_ENDPOINT_URL: await before(simulator.url) });
  return {
    simulator,
    account,
    folder: folder.folder,
    env,
    run: (...args) => run(args, env),
    sync: (...args) => run(["sync", ...TARGET_ARGUMENTS, ...args], env),
    stored: (source) => withStored(env, (store) => storedOf(store, source)),
    async close() {
      await simulator.close();
      await folder.remove();
    },
  };
}

export interface DeclaredWorldOptions extends WorldOptions {
  /** One for all tests of the file or block. Default: each test has its own. */
  readonly once?: boolean;
}

/** Declares a world for tests. */
export function useWorld(sizes: Sizes, { once = false, ...options }: DeclaredWorldOptions = {}): () => World {
  let world: World;
  const start = async () => {
    world = await startWorld(sizes, options);
  };
  if (once) {
    beforeAll(start);
    afterAll(() => world.close());
  } else {
    beforeEach(start);
    afterEach(() => world.close());
  }
  return () => world;
}
