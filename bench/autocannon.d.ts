declare module "autocannon" {
  import type { EventEmitter } from "node:events";

  interface Options {
    readonly url: string;
    readonly connections: number;
    /** Requests in all. */
    readonly amount: number;
    readonly requests: readonly { readonly path: string }[];
  }

  interface Result {
    readonly errors: number;
    readonly non2xx: number;
  }

  interface Instance extends EventEmitter {
    on(event: "response", heard: (client: unknown, status: number, bytes: number, ms: number) => void): this;
  }

  export default function autocannon(
    options: Options,
    done: (error: Error | null | undefined, result: Result) => void,
  ): Instance;
}
