import { afterAll, beforeAll, beforeEach } from "vitest";
import { clientSettings } from "../../functions/aws/settings.ts";
import { ENTIRE_COLLECTION, type Scope } from "../../functions/model/collection.ts";
import type { Connection, Source } from "../../functions/model/source.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";

/** A source connected, through its real SDK client, to a simulated account. */
export interface ConnectedSource {
  readonly simulator: Simulator;
  documents(scope?: Scope): Promise<Record<string, unknown>[]>;
  scopes(): Promise<Scope[]>;
}

const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

export function connectSource(
  source: Source,
  sizes: Partial<Parameters<typeof seedAccount>[0]> = {},
): () => ConnectedSource {
  let connected: ConnectedSource;
  let connection: Connection;
  beforeAll(async () => {
    const account = seedAccount({ baseTime: Date.UTC(2026, 2, 1), ...sizes });
    const simulator = await startSimulator({ account });
    connection = source.connect({
      ...clientSettings({ region: account.region, endpoint: simulator.url, credentials: CREDENTIALS }),
      maxAttempts: 1,
    });
    const signal = new AbortController().signal;
    connected = {
      simulator,
      async documents(scope = ENTIRE_COLLECTION) {
        const documents: Record<string, unknown>[] = [];
        for await (const page of connection.list(scope, signal)) documents.push(...storedForm(page.documents));
        return documents;
      },
      async scopes() {
        const scopes: Scope[] = [];
        for await (const scope of connection.plan(signal, { account: account.accountId, region: account.region }))
          scopes.push(scope);
        return scopes;
      },
    };
  });
  beforeEach(() => {
    const { simulator } = connected;
    simulator.faults.clear();
    for (const operation of Object.keys(simulator.requests) as (keyof typeof simulator.requests)[])
      simulator.requests[operation] = 0;
  });
  afterAll(async () => {
    connection.close();
    await connected.simulator.close();
  });
  return () => connected;
}

/** Documents in the form in which they are stored. */
function storedForm(documents: readonly unknown[]): Record<string, unknown>[] {
  return JSON.parse(JSON.stringify(documents));
}
