import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import type { RequestHandler } from "../functions/clients/whole-answers.ts";
import { type EmbeddedDatabase, openEmbedded } from "./embedded.ts";

/** How an SDK client reaches an embedded database. */
export interface EmbeddedConnection {
  readonly requestHandler: RequestHandler;
  /** Closes the database, if it is this process that runs it by now. */
  close(): Promise<void>;
}

const CUT_OFF = /^(ECONNREFUSED|ECONNRESET|EPIPE)$/;
/** One finds the connection cut, one that nobody listens any more, one or two that the next process is just ending too. */
const TRIES = 5;

/**
 * Sends requests to the embedded database of a folder, whichever process runs it. When that process has ended, this one runs
 * it from then on, or another that was quicker; requests that it cut off are sent again, as the SDK would
 * do too, but not for all that there are at once.
 */
export function connectEmbedded(
  folder: string,
  opened: EmbeddedDatabase,
  options: NodeHttpHandlerOptions,
): EmbeddedConnection {
  const handler = new NodeHttpHandler(options);
  let database = opened;
  let opening: Promise<EmbeddedDatabase> | undefined;

  /** Where it runs now, opened once for all requests that the same process refused. */
  const insteadOf = async (refusing: EmbeddedDatabase) => {
    if (database !== refusing) return database;
    opening ??= openEmbedded(folder).finally(() => {
      opening = undefined;
    });
    database = await opening;
    return database;
  };

  return {
    requestHandler: {
      async handle(request, settings) {
        for (let tried = 1; ; tried += 1) {
          const asked = database;
          request.port = portOf(asked);
          try {
            return await handler.handle(request, settings);
          } catch (error) {
            const { code } = error as NodeJS.ErrnoException;
            if (tried === TRIES || !CUT_OFF.test(code ?? "")) throw error;
            if (code === "ECONNREFUSED") await insteadOf(asked);
          }
        }
      },
      destroy: () => handler.destroy(),
      updateHttpClientConfig: (...change) => handler.updateHttpClientConfig(...change),
      httpHandlerConfigs: () => handler.httpHandlerConfigs(),
    },
    close: () => database.close(),
  };
}

function portOf({ url }: EmbeddedDatabase): number {
  return Number(new URL(url).port);
}
