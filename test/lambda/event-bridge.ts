import { serve, type TestServer } from "./http.ts";

/** An event on a bus, as rules see it. */
export interface BusEvent {
  readonly bus: string;
  readonly source: string;
  readonly "detail-type": string;
  readonly time: string;
  // biome-ignore lint/suspicious/noExplicitAny: what was put there
  readonly detail: any;
}

/** Plays EventBridge's PutEvents, with its limits. */
export interface TestEventBridge extends TestServer {
  readonly events: BusEvent[];
  /** How many entries each request had. */
  readonly requests: number[];
  /** The code with which an entry is refused; undefined for one that is taken. */
  refuse: (event: BusEvent) => string | undefined;
  /** Told of every event that is taken. */
  deliver: (event: BusEvent) => Promise<void>;
}

const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024;

interface Entry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Time: number;
  readonly Detail: string;
}

export async function startEventBridge(): Promise<TestEventBridge> {
  const server = await serve(async (request, body, response) => {
    if (request.headers["x-amz-target"] !== "AWSEvents.PutEvents") throw new Error("not PutEvents");
    const { Entries }: { Entries: readonly Entry[] } = JSON.parse(body);
    const bytes = Entries.reduce((sum, { Detail }) => sum + Buffer.byteLength(Detail), 0);
    response.setHeader("content-type", "application/x-amz-json-1.1");
    if (Entries.length > MAX_ENTRIES || bytes > MAX_BYTES) {
      response
        .writeHead(400)
        .end('{"__type":"ValidationException","message":"Total size of the entries is over the limit"}');
      return;
    }
    bridge.requests.push(Entries.length);
    const answers: object[] = [];
    for (const { EventBusName: bus, Source: source, DetailType, Time, Detail } of Entries) {
      const event: BusEvent = {
        ...{ bus, source, "detail-type": DetailType, time: new Date(Time * 1000).toISOString() },
        detail: JSON.parse(Detail),
      };
      const ErrorCode = bridge.refuse(event);
      if (ErrorCode === undefined) {
        bridge.events.push(event);
        await bridge.deliver(event);
      }
      answers.push(ErrorCode === undefined ? { EventId: crypto.randomUUID() } : { ErrorCode, ErrorMessage: "refused" });
    }
    const FailedEntryCount = answers.filter((answer) => "ErrorCode" in answer).length;
    response.writeHead(200).end(JSON.stringify({ FailedEntryCount, Entries: answers }));
  });
  const bridge: TestEventBridge = {
    ...{ ...server, events: [], requests: [] },
    refuse: () => undefined,
    deliver: async () => undefined,
  };
  return bridge;
}

/** Whether an event matches a pattern that names values only. */
export function matchesPattern(pattern: object, event: unknown): boolean {
  return Object.entries(pattern).every(([member, wanted]) => {
    const value = (event as Record<string, unknown> | undefined)?.[member];
    return Array.isArray(wanted) ? wanted.includes(value) : matchesPattern(wanted, value);
  });
}

/** What an input transformer makes of an event: each `<name>` that stands where a value may is that value as JSON. */
export function transformed(
  { InputPathsMap, InputTemplate }: { readonly InputPathsMap: Record<string, string>; readonly InputTemplate: string },
  event: BusEvent,
): unknown {
  const text = InputTemplate.replaceAll(/<([\w-]+)>/g, (_, name: string) => {
    const path = InputPathsMap[name]?.split(".").slice(1) ?? [];
    // biome-ignore lint/suspicious/noExplicitAny: a path into what was put there
    return JSON.stringify(path.reduce<any>((value, member) => value?.[member], event) ?? "");
  });
  return JSON.parse(text);
}
