import type { LambdaFunction } from "./function.ts";
import { read, TARGET } from "./world.ts";

/** The schedule's input. */
export const PLAN = { kind: "plan", targets: [TARGET] };

export interface List {
  readonly items: Record<string, unknown>[];
}

export interface SourceList {
  readonly items: { id: string; operation: string; collections: Standing[] }[];
}

interface Standing {
  readonly items: number;
  readonly scopes: {
    readonly id: string;
    readonly outcome: string;
    readonly completeAt?: string;
    readonly error?: { code: string };
    readonly vanished: boolean;
  }[];
}

/** How the API says that a source stands in the first target that it has. */
export async function standingOf(api: LambdaFunction, source: string): Promise<Standing | undefined> {
  const { items } = await read<SourceList>(api, `/v1/sources?source=${source}&limit=1000`);
  return items[0]?.collections[0];
}

/** The values of a metric that a function has published. */
export function published(from: LambdaFunction, name: string): number[] {
  return from.logs.flatMap((line) => ("_aws" in line ? [line[name] ?? []].flat() : [])) as number[];
}
