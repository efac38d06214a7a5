import { HttpRequest } from "@smithy/core/protocols";
import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import { type Address, isCountersigned, passwordHeader } from "./embedded-address.ts";

type Handle = NodeHttpHandler["handle"];

/** How the requests of one process find the database. */
export interface Finder {
  /** Where the database answers now. */
  find(): Promise<Address>;
  /** Nobody answers there any more. */
  lost(address: Address): void;
}

/** An attempt of the SDK outlives so many owners; then the SDK counts it as failed, and may make another. */
const OWNERS_OUTLIVED = 4;

/**
 * Sends requests to whoever owns the database. When a connection breaks, the owner is looked for anew and the request
 * sent again: the owner before had the database open until it ended, so that whatever it did with a request is done
 * before the next owner sees it, and every request of the store may be made twice.
 */
export class EmbeddedHandler extends NodeHttpHandler {
  readonly #finder: Finder;

  constructor(options: NodeHttpHandlerOptions, finder: Finder) {
    super(options);
    this.#finder = finder;
  }

  override async handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    for (let outlived = 0; ; outlived += 1) {
      const address = await this.#finder.find();
      try {
        const answer = await super.handle(addressed(request, address), options);
        if (isCountersigned(address, answer.response.headers)) return answer;
        answer.response.body?.destroy();
        throw Object.assign(new Error(`what answers at ${address.url} is another service`), { code: "ECONNRESET" });
      } catch (error) {
        if (!isLostConnection(error)) throw error;
        this.#finder.lost(address);
        if (outlived >= OWNERS_OUTLIVED) throw error;
      }
    }
  }
}

function addressed(request: HttpRequest, address: Address): HttpRequest {
  const { hostname, port, host } = new URL(address.url);
  const sent = HttpRequest.clone(request);
  sent.hostname = hostname;
  sent.port = Number(port);
  sent.headers = { ...request.headers, host, ...passwordHeader(address) };
  return sent;
}

function isLostConnection(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE";
}
