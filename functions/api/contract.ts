import { describeApi } from "./openapi.ts";
import { referencePage } from "./reference.ts";
import type { SourceMetadata } from "./service.ts";

/** A file that describes the API: for programs, and for people. */
export type ContractFile = "openapi.json" | "docs.html";

/** Makes the files that describe the API, for these sources and this version. */
export function contractFiles(
  sources: readonly SourceMetadata[],
  version: string,
): Readonly<Record<ContractFile, string>> {
  const document = describeApi(sources, version);
  return { "openapi.json": JSON.stringify(document), "docs.html": referencePage(document) };
}
