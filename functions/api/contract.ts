import { describeApi } from "./openapi.ts";
import { referencePage } from "./reference.ts";
import type { ContractFile, SourceMetadata } from "./service.ts";

/** Makes the files that describe the API, for these sources and this version. */
export function contractFiles(
  sources: readonly SourceMetadata[],
  version: string,
): Readonly<Record<ContractFile, string>> {
  const document = describeApi(sources, version);
  return { "openapi.json": JSON.stringify(document), "docs.html": referencePage(document) };
}
