import type { Source } from "../core/source.ts";

/**
 * The source that a function is deployed for, out of the file that is named for it: the function then loads that source's client
 * and no other's. `known` are the ids that there are.
 */
export async function ownSource(id: string, known: readonly string[]): Promise<Source> {
  if (!known.includes(id)) {
    throw new Error(`STOCKTAKE_SOURCE=${id} is not a source: choose from ${known.join(", ")}`);
  }
  const file: Readonly<Record<string, Source>> = await import(`../sources/${id.replace(".", "-")}.ts`);
  const source = Object.values(file).find((each) => each.id === id);
  if (!source) throw new Error(`functions/sources/${id.replace(".", "-")}.ts does not declare ${id}`);
  return source;
}
