import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type BuildOptions, buildSync, type Metafile } from "esbuild";
import * as zod from "zod";
import { serviceOf } from "../functions/model/source.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import packageFile from "../package.json" with { type: "json" };
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
  },
  legalComments: "none",
  logLevel: "warning",
} satisfies BuildOptions;

/** What runs on Lambda: the API, or the sync function of one source, by the source's id. */
export type Program = "api" | { readonly sync: string };

/**
 * Builds a program with everything that it imports into `outdir`: index.mjs, the chunks that it imports dynamically, and their source
 * maps. Answers esbuild's metafile. The same sources give the same bundle.
 */
export function bundle(program: Program, outdir: string): Metafile {
  if (program !== "api") return bundleFrom({ stdin: syncEntry(program.sync) }, outdir);
  const options = {
    entryPoints: ["functions/api.ts"],
    define: { STOCKTAKE_FACTS: JSON.stringify(sourceFacts()) },
  };
  return bundleFrom({ ...options, alias: leanZod(options) }, outdir);
}

/** The entry of a source's function. It imports the source's own file, and with it the client of that source alone. */
function syncEntry(id: string): BuildOptions["stdin"] {
  const contents = `
    import * as declared from "./sources/${id.replace(".", "/")}.ts";
    import { createSyncHandler } from "./sync.ts";
    export const handler = createSyncHandler(Object.values(declared).find(({ id }) => id === ${JSON.stringify(id)}));`;
  return { contents, resolveDir: path.join(ROOT, "functions"), sourcefile: `functions/${id}.ts`, loader: "ts" };
}

/** Builds any code with the functions' options. */
export function bundleFrom(
  from: Pick<BuildOptions, "entryPoints" | "stdin" | "define" | "alias">,
  outdir: string,
): Metafile {
  const { metafile, outputFiles } = buildSync({
    ...BUNDLING,
    ...from,
    alias: { ...BUNDLING.alias, ...from.alias },
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

/** What the API's function needs to know of the sources. The registry itself would bring every service's client into its bundle. */
function sourceFacts() {
  const sources = SOURCES.map((source) => {
    const { id, operation, intervalMinutes, regions, planned } = source;
    return { id, service: serviceOf(source), operation, intervalMinutes, regions, planned };
  });
  return { sources, version: packageFile.version };
}

/**
 * Reduces zod to the members that the bundle names. @hono/zod-openapi uses `z` as a whole, so esbuild cannot remove any of it by itself,
 * and zod with its messages in fifty languages would be half of the bundle.
 */
function leanZod(options: BuildOptions): Record<string, string> {
  const { outputFiles = [] } = buildSync({ ...BUNDLING, ...options, external: ["zod"], outdir: ROOT, write: false });
  const named = outputFiles.flatMap(({ text }) => [...text.matchAll(/\b(?:z|zod)\d*\.(\w+)/g)].map(([, name]) => name));
  const members = [...new Set(named)].filter((name) => name !== undefined && name in zod).sort();

  const whole = path.dirname(createRequire(import.meta.url).resolve("zod/package.json"));
  const folder = path.join(ROOT, "node_modules/.cache/stocktake");
  mkdirSync(folder, { recursive: true });
  const from = JSON.stringify(path.relative(folder, path.join(whole, "index.js")));
  writeAtomically(path.join(folder, "members.mjs"), `export { ${members.join(", ")} } from ${from};\n`);
  writeAtomically(path.join(folder, "zod.mjs"), 'import * as z from "./members.mjs";\nexport { z };\n');
  return { zod: path.join(folder, "zod.mjs"), "zod/mini": path.join(whole, "mini/index.js") };
}

/** Writes a file in one step: another process that builds at the same time reads all of the old or all of the new one. */
function writeAtomically(file: string, text: string): void {
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}
