import type { LambdaFunction } from "./function.ts";
import { read } from "./world.ts";

export interface List {
  readonly items: Record<string, unknown>[];
}

export interface SourceList {
  readonly items: { id: string; operation: string; collections: CollectionStatus[] }[];
}

interface CollectionStatus {
  readonly items: number;
  readonly scopes: {
    readonly id: string;
    readonly outcome: string;
    readonly lastCompleteAt?: string;
    readonly error?: { code: string };
    readonly ended?: string;
  }[];
}

/** The status of a source's first collection, from the API. */
export async function collectionStatus(api: LambdaFunction, source: string): Promise<CollectionStatus | undefined> {
  const { items } = await read<SourceList>(api, `/v1/sources?source=${source}&limit=1000`);
  return items[0]?.collections[0];
}

/** The values of a metric that a function published. */
export function published(from: LambdaFunction, name: string): number[] {
  return from.logs.flatMap((line) => ("_aws" in line ? [line[name] ?? []].flat() : [])) as number[];
}
