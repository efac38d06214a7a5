import { cpSync } from "node:fs";
import { expect } from "vitest";
import type { SimulatedAccount } from "../../simulator/account.ts";
import type { Simulator } from "../../simulator/server.ts";
import { dataOf, type Finished } from "./cli.ts";
import { type FaultyServices, startFaultyServices } from "./faulty-services.ts";
import { essenceOf, listedBy } from "./listings.ts";
import { type ApiChange, type ApiItem, replayed, serveHere, walk } from "./serving.ts";
import { startWorld, type WorldOptions } from "./world.ts";

/** An account behind services that fail when told to, synced by the command, read over HTTP. */
export interface FaultWorld {
  readonly simulator: Simulator;
  readonly account: SimulatedAccount;
  /** Where what it has stored is. */
  readonly data: string;
  readonly services: FaultyServices;
  /** Runs `stocktake sync` on these sources. */
  sync(sources: readonly string[], ...args: readonly string[]): Promise<Finished>;
  /** What the API tells of a source, its log checked against its items. */
  told(source: string): Promise<Told>;
  /** That the API tells of exactly what the services list at this moment. */
  expectCurrent(sources: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** All that is stored of a source, as texts that can be compared. */
export interface Told {
  readonly items: string;
  readonly present: readonly unknown[];
  readonly changes: readonly ApiChange[];
  /** Newest first. */
  readonly syncs: readonly ApiSync[];
}

export interface ApiSync {
  readonly scope: string;
  readonly outcome: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly removed: number;
  readonly held: number;
  readonly retries: number;
}

export interface FaultWorldOptions extends Pick<WorldOptions, "run"> {
  /** The folder of what another of these worlds has stored, which this one begins with. */
  readonly stored?: string;
  /** How many account associations there are. Default: more than are on one page. */
  readonly accountAssociations?: number;
}

/** Starts one whose every listing but that of an image has several pages. */
export async function startFaultWorld({
  run,
  stored,
  accountAssociations = 1_200,
}: FaultWorldOptions = {}): Promise<FaultWorld> {
  let services: FaultyServices | undefined;
  const world = await startWorld(
    { associations: 350, accountAssociations, images: 60 },
    {
      ...(run && { run }),
      async before(url) {
        services = await startFaultyServices(url);
        return services.url;
      },
    },
  );
  if (!services) throw new Error("there are no services");
  const faulty = services;
  if (stored !== undefined) cpSync(stored, dataOf(world.folder), { recursive: true });
  const serving = await serveHere(world.env);

  const told = async (source: string): Promise<Told> => {
    const read = async <T>(path: string) => (await walk<T>(serving.origin, path, { source, limit: 1000 })).items;
    const items = await read<ApiItem>("/v1/items");
    const changes = await read<ApiChange>("/v1/changes");
    const present = items.map(({ document }) => document);
    expect(essenceOf(replayed(changes).values()), `the log of ${source}`).toBe(essenceOf(present));
    return { items: essenceOf(items), present, changes, syncs: await read<ApiSync>("/v1/syncs") };
  };

  return {
    simulator: world.simulator,
    account: world.account,
    data: dataOf(world.folder),
    services: faulty,
    sync: (sources, ...args) => world.sync(...sources.flatMap((source) => ["--source", source]), ...args),
    told,
    async expectCurrent(sources) {
      const listed = listedBy(world.account);
      for (const source of sources) {
        expect(essenceOf((await told(source)).present), source).toBe(essenceOf(listed[source] ?? []));
      }
    },
    async close() {
      await serving.stop();
      await faulty.close();
      await world.close();
    },
  };
}

/** What a sync has to say in the end, without the lines that only show that it is still at it. */
export function lastLines({ stderr }: Finished): string[] {
  return stderr.split("\n").filter((line) => line !== "" && !/: listing: /.test(line));
}

/** The sources that list everything at once. */
export const WHOLE_SOURCES = [
  "sagemaker.associations",
  "cleanrooms.memberships",
  "iot.account-associations",
  "workspaces.images",
] as const;
export type WholeSource = (typeof WHOLE_SOURCES)[number];

let edits = 0;

/**
 * Changes something in every source: puts back what was removed the last time, removes something else, edits the first.
 * Answers what puts back.
 */
export function changeAll(account: SimulatedAccount, putBack: () => void): () => void {
  putBack();
  edits += 1;
  const name = `edit ${edits}`;
  const restores = [
    change(account.associations, (association) => ({ ...association, SourceName: name })),
    change(account.memberships, (membership) => ({ ...membership, collaborationName: name })),
    change(account.accountAssociations, (link) => ({ ...link, Name: name })),
    change(account.images, (image) => ({ ...image, Name: name })),
  ];
  return () => {
    for (const restore of restores) restore();
  };
}

interface Editable<T> extends Iterable<T> {
  put(item: T): void;
  remove(item: T): boolean;
}

function change<T>(items: Editable<T>, edit: (item: T) => T): () => void {
  const all = [...items];
  const [first] = all;
  const removed = all[1 + (edits % 11)];
  if (first === undefined || removed === undefined) throw new Error("the account has too little in it");
  items.put(edit(first));
  items.remove(removed);
  return () => items.put(removed);
}
