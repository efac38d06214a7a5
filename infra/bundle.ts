import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type BuildOptions, buildSync, type Metafile } from "esbuild";
import { contractFiles } from "../functions/api/openapi.ts";
import { sourceMetadata } from "../functions/api/service.ts";
import { serviceOf } from "../functions/model/collection.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import packageFile from "../package.json" with { type: "json" };
import type { Program } from "./program.ts";
import { onlyOwnCode } from "./source-map.ts";

const ROOT = path.resolve(import.meta.dirname, "..");

/** esbuild's options for everything that runs on Lambda. */
const BUNDLING = {
  absWorkingDir: ROOT,
  entryNames: "index",
  chunkNames: "chunks/[name]-[hash]",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  // Code that is imported dynamically gets a file of its own, which is read only when needed.
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node24",
  mainFields: ["module", "main"],
  // Packages that are not ES modules call require().
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  alias: {
    "@aws-sdk/credential-provider-node": "./functions/lambda/credentials.ts",
    "@smithy/core/event-streams": "./functions/lambda/event-streams.ts",
    bowser: "./functions/lambda/left-out.ts",
  },
  legalComments: "none",
  logLevel: "warning",
} satisfies BuildOptions;

/**
 * Builds a program with everything that it imports into `outdir`: index.mjs, the chunks that it imports dynamically, and their source
 * maps; of the API the files that describe it, too. Answers esbuild's metafile. The same sources give the same bundle.
 */
export function bundle(program: Program, outdir: string): Metafile {
  if (typeof program === "object") return bundleFrom({ stdin: syncEntry(program.sync) }, outdir);
  // The registry itself would bring every service's client into its bundle.
  const sources = SOURCES.map(sourceMetadata);
  const define = {
    STOCKTAKE_SOURCES: JSON.stringify(sources.map(({ regions: _, ...metadata }) => metadata)),
    STOCKTAKE_REGIONS: JSON.stringify(Object.fromEntries(sources.map(({ id, regions }) => [serviceOf(id), regions]))),
  };
  const metafile = bundleFrom({ entryPoints: [`functions/${program}.ts`], define }, outdir);
  if (program === "api") {
    for (const [name, text] of Object.entries(contractFiles(sources, packageFile.version))) {
      writeFileSync(path.join(outdir, name), text);
    }
  }
  return metafile;
}

/** The entry of a service's function. It imports the files of the service's sources, and with them the clients of that service alone. */
function syncEntry(service: string): BuildOptions["stdin"] {
  const ids = SOURCES.map(({ id }) => id).filter((id) => serviceOf(id) === service);
  const contents = `
    import { createSyncHandler } from "./sync.ts";
    ${ids.map((id, index) => `import * as declared${index} from "./sources/${id.replace(".", "/")}.ts";`).join("\n")}
    const declared = [${ids.map((_id, index) => `...Object.values(declared${index})`).join(", ")}];
    const ids = ${JSON.stringify(ids)};
    export const handler = createSyncHandler(declared.filter(({ id }) => ids.includes(id)));`;
  return { contents, resolveDir: path.join(ROOT, "functions"), sourcefile: `functions/${service}.ts`, loader: "ts" };
}

/** Builds any code with the functions' options. */
export function bundleFrom(from: Pick<BuildOptions, "entryPoints" | "stdin" | "define">, outdir: string): Metafile {
  const { metafile, outputFiles } = buildSync({
    ...BUNDLING,
    ...from,
    outdir,
    minify: true,
    // Stack traces need no sources' text. With it a map is several times as large, and Node reads it at every cold start.
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
    write: false,
  });
  const outputs = reachable(metafile.outputs, path.relative(ROOT, path.join(outdir, "index.mjs")));
  for (const { path: file, text } of outputFiles) {
    if (!outputs.has(path.relative(ROOT, file).replace(/\.map$/, ""))) continue;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, file.endsWith(".map") ? onlyOwnCode(text) : text);
  }
  return { ...metafile, outputs: Object.fromEntries(outputs) };
}

/** The outputs that a file imports, directly or not: esbuild also writes chunks for imports in functions that it removes. */
function reachable(outputs: Metafile["outputs"], from: string): Map<string, Metafile["outputs"][string]> {
  const reached = new Map<string, Metafile["outputs"][string]>();
  const open = [from];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const output = outputs[file];
    if (!output || reached.has(file)) continue;
    reached.set(file, output);
    open.push(...output.imports.filter(({ external }) => !external).map((imported) => imported.path));
  }
  return reached;
}
