import { spawn } from "node:child_process";
import { once } from "node:events";
import { serveApi } from "../../cli/api-server.ts";
import { settingsFrom } from "../../cli/settings.ts";
import { openStore } from "../../cli/store.ts";
import { commandFile, finished, makeInventory } from "./cli.ts";

/** `stocktake serve` in a process of its own, and what is read from it over HTTP. */
export interface Serving {
  readonly origin: string;
  /** What it has printed so far. */
  output(): string;
  /** How it is: running, or how it ended, and what it has complained of. */
  state(): string;
  /** Ends it as Ctrl-C would, and throws if that was not in order. */
  stop(): Promise<void>;
  /** Ends it as it stands. */
  kill(): Promise<void>;
}

/** Starts it, of this project or of another's file, on an empty inventory where nothing is stored yet. */
export async function startServing(env: NodeJS.ProcessEnv, file = commandFile()): Promise<Serving> {
  if (env.AWS_ENDPOINT_URL_DYNAMODB === undefined) await makeInventory(env);
  const child = spawn(process.execPath, [file, "serve"], {
    env: { ...env, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = finished(child);
  let output = "";
  let end = "running";
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  void ended.then(({ code }) => {
    end = `ended with ${code ?? child.signalCode}`;
  });
  const origin = await new Promise<string>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = / on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (found) resolve(found);
    });
    void ended.then(({ code, stderr }) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
  });
  return {
    origin,
    output: () => output,
    state: () => `${end} ${errors}`.trim(),
    async stop() {
      if (child.exitCode !== null) throw new Error(`serve had already ended with ${child.exitCode}`);
      child.kill("SIGTERM");
      const [code] = await once(child, "close");
      if (code !== 0) throw new Error(`serve ended with ${code}: ${(await ended).stderr}`);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Serves what is stored in this process, which takes less. For tests that only read. */
export async function serveHere(env: NodeJS.ProcessEnv): Promise<Pick<Serving, "origin" | "stop">> {
  await makeInventory(env);
  const settings = settingsFrom(env);
  const local = await openStore(settings, { inventory: "real" });
  const server = await serveApi(local.store, { retentionDays: settings.retentionDays, port: 0 });
  return {
    origin: server.url,
    async stop() {
      await server.close();
      await local.close();
    },
  };
}

/** A list of the API, walked to its end. */
export interface Walked<T> {
  /** The instant that every page was read at. */
  readonly asOf: string;
  readonly items: readonly T[];
  readonly pages: number;
}

/** Walks a list page by page. Throws on any answer but 200, and when a page is of another instant than the first. */
export async function walk<T>(
  origin: string,
  path: string,
  query: Record<string, string | number> = {},
): Promise<Walked<T>> {
  const items: T[] = [];
  let asOf: string | undefined;
  let cursor: string | undefined;
  let pages = 0;
  do {
    const url = new URL(path, origin);
    for (const [name, value] of Object.entries({ ...query, ...(cursor && { cursor }) })) {
      url.searchParams.set(name, String(value));
    }
    const answer = await fetch(url);
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    const page = (await answer.json()) as { items: T[]; asOf: string; nextCursor?: string };
    asOf ??= page.asOf;
    if (page.asOf !== asOf) throw new Error(`${url}: a page as of ${page.asOf} in a walk as of ${asOf}`);
    items.push(...page.items);
    cursor = page.nextCursor;
    pages += 1;
  } while (cursor !== undefined);
  return { asOf, items, pages };
}

/** An item, and a change, as the API shows them. */
export interface ApiItem {
  readonly id: string;
  readonly source: string;
  readonly scope: string;
  readonly key: string;
  readonly state: "present" | "removed";
  readonly version: number;
  readonly changedAt: string;
  readonly document: unknown;
}

export interface ApiChange {
  readonly at: string;
  readonly kind: "added" | "modified" | "removed";
  readonly id: string;
  readonly source: string;
  readonly key: string;
  readonly version: number;
  readonly document: unknown;
}

/** What a log, replayed from nothing, makes of it: id to document. Throws when a change does not follow from those before. */
export function replayed(changes: readonly ApiChange[]): Map<string, unknown> {
  const present = new Map<string, unknown>();
  const versions = new Map<string, number>();
  for (const { id, kind, version, document } of changes) {
    if (version !== (versions.get(id) ?? 0) + 1) throw new Error(`${kind} ${id}: ${version} after ${versions.get(id)}`);
    if ((kind === "added") === present.has(id)) throw new Error(`${kind} ${id} twice, or out of nowhere`);
    versions.set(id, version);
    if (kind === "removed") present.delete(id);
    else present.set(id, document);
  }
  return present;
}
