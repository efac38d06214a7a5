declare module "autocannon" {
  export interface Result {
    /** Answers by the first digit of their status. */
    readonly "2xx": number;
    readonly non2xx: number;
    readonly errors: number;
    readonly timeouts: number;
    readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>;
  }
  export default function autocannon(options: {
    readonly url: string;
    readonly connections: number;
    /** How many requests. */
    readonly amount: number;
    /** Seconds until an unanswered request is an error. */
    readonly timeout?: number;
    /** Sent over and over again, in this order, over each connection. */
    readonly requests: readonly { readonly path: string }[];
  }): PromiseLike<Result>;
}
