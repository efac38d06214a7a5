import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import openapiTypescript, { astToString, type OpenAPI3 } from "openapi-typescript";
import ts from "typescript";
import { contractFiles } from "../../functions/api/openapi.ts";
import { sourceMetadata } from "../../functions/api/service.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import packageFile from "../../package.json" with { type: "json" };

const ROOT = path.resolve(import.meta.dirname, "../..");
const FOLDER = path.join(ROOT, "client");

/** Builds the API client, and its declarations. */
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
  for (const file of readdirSync(FOLDER)) {
    const declarations = declarationsOf(file).replaceAll(/(from "\.[^"]+)\.ts"/g, '$1.js"');
    writeFileSync(path.join(folder, file.replace(/\.ts$/, ".d.ts")), declarations);
  }
}

/** The declarations of a file, which `npm run check` has checked. */
function declarationsOf(file: string): string {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(path.join(FOLDER, file), "utf8"), {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      isolatedDeclarations: true,
      allowImportingTsExtensions: true,
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
    },
  });
  const [problem] = diagnostics;
  if (problem) throw new Error(`client/${file}: ${ts.flattenDiagnosticMessageText(problem.messageText, " ")}`);
  return outputText;
}

/** The types of the API, made from the OpenAPI document. */
export async function clientTypes(): Promise<string> {
  const document = contractFiles(SOURCES.map(sourceMetadata), packageFile.version)["openapi.json"];
  return astToString(await openapiTypescript(JSON.parse(document) as OpenAPI3));
}
