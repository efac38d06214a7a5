import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import openapiTypescript, { astToString, type OpenAPI3 } from "openapi-typescript";
import { contractFiles } from "../../functions/api/openapi.ts";
import { sourceMetadata } from "../../functions/api/service.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import packageFile from "../../package.json" with { type: "json" };

const ROOT = path.resolve(import.meta.dirname, "../..");

const CREATE_CLIENT = `
import type { Client, ClientOptions } from "openapi-fetch";
/** Creates a typed client of the API at \`baseUrl\`. It reads JSON: lists as CSV are for fetch. */
export declare function createClient(options: ClientOptions): Client<paths, \`application/\${string}json\`>;
`;

/** Builds the API client, and its types from the OpenAPI document. */
export async function buildClient(folder: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["client/index.ts"],
    outdir: folder,
    bundle: true,
    packages: "external",
    format: "esm",
    target: "node20",
  });
  mkdirSync(folder, { recursive: true });
  const types = astToString(await openapiTypescript(openapiDocument()));
  writeFileSync(path.join(folder, "index.d.ts"), types + CREATE_CLIENT);
}

function openapiDocument(): OpenAPI3 {
  return JSON.parse(contractFiles(SOURCES.map(sourceMetadata), packageFile.version)["openapi.json"]) as OpenAPI3;
}
