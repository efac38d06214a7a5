import { clientSettings } from "../../functions/aws/settings.ts";
import type { Target } from "../../functions/model/collection.ts";
import type { Source } from "../../functions/model/source.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { startSimulator } from "../../simulator/server.ts";

/** What is listed in a fleet: copies of one document of each source, which a simulated account lists, each with an identity of its own. */

export type Document = Readonly<Record<string, unknown>>;

export interface DocumentOf {
  readonly source: Source;
  readonly target: Target;
  /** Tells it apart from the others of its collection, or of its parent. */
  readonly id: string;
  /** Of a source that is listed in order of creation, epoch ms. */
  readonly createdAt: number;
  /** The scope's id, where a source is listed for each parent. */
  readonly parent?: string;
}

const SAMPLED = { accountId: "111122223333", region: "eu-west-1" };
const [ID, CREATED, PARENT] = ["#id#", "#created#", "#parent#"];

/** Lists a simulated account once, and answers how to make documents like those that it has. */
export async function sampleDocuments(sources: readonly Source[]): Promise<(wanted: DocumentOf) => Document> {
  const account = seedAccount({ ...SAMPLED, baseTime: Date.UTC(2026, 0, 1), associations: 400 });
  const simulator = await startSimulator({ account });
  try {
    const texts = new Map<string, string>();
    for (const source of sources) texts.set(source.id, await sample(source, simulator.url));
    return ({ source, target, id, createdAt, parent = "" }) => {
      const text = (texts.get(source.id) ?? "{}")
        .replaceAll(SAMPLED.accountId, target.account)
        .replaceAll(SAMPLED.region, target.region)
        .replaceAll(ID, id)
        .replaceAll(CREATED, new Date(createdAt).toISOString())
        .replaceAll(PARENT, parent);
      return JSON.parse(text);
    };
  } finally {
    await simulator.close();
  }
}

/** The text of a document, with marks where its identity differs from others'. */
async function sample(source: Source, endpoint: string): Promise<string> {
  const { signal } = new AbortController();
  const target = { account: SAMPLED.accountId, region: SAMPLED.region };
  const credentials = { accessKeyId: "bench", secretAccessKey: "bench" };
  const connection = source.connect(clientSettings({ region: target.region, endpoint, credentials }));
  try {
    for await (const scope of connection.plan(signal, target)) {
      for await (const { documents } of connection.list(scope, signal)) {
        const [first] = documents;
        if (first !== undefined) return marked(source, JSON.parse(JSON.stringify(first)), scope.id);
      }
    }
  } finally {
    connection.close();
  }
  throw new Error(`the simulated account has nothing of ${source.id}`);
}

function marked(source: Source, document: Record<string, unknown>, parent: string): string {
  const key = source.key(document);
  const isIdentity = (member: string) => source.key({ ...document, [member]: `${document[member]}-` }) !== key;
  const markOf = (member: string, value: unknown): unknown => {
    if (typeof value !== "string") return value;
    if (source.planned && value === parent) return PARENT;
    if (!isIdentity(member)) return value;
    return source.listedByCreation && Number.isFinite(Date.parse(value)) ? CREATED : `${value}-${ID}`;
  };
  return JSON.stringify(
    Object.fromEntries(Object.entries(document).map(([name, value]) => [name, markOf(name, value)])),
  );
}
