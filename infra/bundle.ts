import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { type BuildOptions, buildSync, type Metafile } from "esbuild";
import * as zod from "zod";
import { SOURCES } from "../functions/sources/registry.ts";
import packageFile from "../package.json" with { type: "json" };
import { onlyOwnCode } from "./source-map.ts";

const ROOT = path.resolve(import.meta.dirname, "..");

/** How whatever runs on Lambda is bundled. */
const BUNDLING = {
  absWorkingDir: ROOT,
  entryNames: "index",
  chunkNames: "chunks/[name]-[hash]",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  // What is imported when it is needed stands in a file of its own, and is read when it is needed.
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node24",
  mainFields: ["module", "main"],
  // For the packages that are not ES modules.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  alias: {
    "@aws-sdk/credential-provider-node": "./functions/lambda/credentials.ts",
    "@smithy/core/event-streams": "./functions/lambda/event-streams.ts",
  },
  legalComments: "none",
  logLevel: "warning",
} satisfies BuildOptions;

/** What runs on Lambda: the API, or the sync function of one source, named by its id. */
export type Program = "api" | { readonly sync: string };

/**
 * Builds a program with all that it imports, as index.mjs, the chunks that it imports when they are needed, and their source
 * maps, in `outdir`, and says what went into it. The same sources give the same bundle.
 */
export function bundle(program: Program, outdir: string): Metafile {
  if (program !== "api") return bundleFrom({ stdin: syncOf(program.sync) }, outdir);
  const options = {
    entryPoints: ["functions/api.ts"],
    define: { STOCKTAKE_FACTS: JSON.stringify(facts()) },
  };
  return bundleFrom({ ...options, alias: leanZod(options) }, outdir);
}

/** The function of a source, which is in the file that is named for it: it has that source's client in it and no other's. */
function syncOf(id: string): BuildOptions["stdin"] {
  const contents = `
    import * as declared from "./sources/${id.replace(".", "/")}.ts";
    import { syncFunction } from "./sync.ts";
    export const handler = syncFunction(Object.values(declared).find(({ id }) => id === ${JSON.stringify(id)}));`;
  return { contents, resolveDir: path.join(ROOT, "functions"), sourcefile: `functions/${id}.ts`, loader: "ts" };
}

/** Builds any code as the functions are built. */
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
    // Enough for stack traces: with the sources' text a map is several times as large, and Node reads it at every cold start.
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

/** What a file can come to import: esbuild also makes chunks for imports in functions that it then leaves out. */
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

/** What the functions are told of the sources, without the clients that come with the registry. */
function facts() {
  const sources = SOURCES.map(({ id, operation, everyMinutes, regions, planned }) => ({
    ...{ id, operation, everyMinutes, regions, planned },
  }));
  return { sources, version: packageFile.version };
}

/**
 * zod, reduced to the members that the bundle names. @hono/zod-openapi takes hold of `z` as a whole, so esbuild cannot leave
 * anything out of it by itself, and zod with its messages in fifty languages would be half of the bundle.
 */
function leanZod(options: BuildOptions): Record<string, string> {
  const { outputFiles = [] } = buildSync({ ...BUNDLING, ...options, external: ["zod"], outdir: ROOT, write: false });
  const named = outputFiles.flatMap(({ text }) => [...text.matchAll(/\b(?:z|zod)\d*\.(\w+)/g)].map(([, name]) => name));
  const members = [...new Set(named)].filter((name) => name !== undefined && name in zod).sort();

  const whole = path.dirname(createRequire(import.meta.url).resolve("zod/package.json"));
  const folder = path.join(ROOT, "node_modules/.cache/stocktake");
  mkdirSync(folder, { recursive: true });
  const from = JSON.stringify(path.relative(folder, path.join(whole, "index.js")));
  writeWhole(path.join(folder, "members.mjs"), `export { ${members.join(", ")} } from ${from};\n`);
  writeWhole(path.join(folder, "zod.mjs"), 'import * as z from "./members.mjs";\nexport { z };\n');
  return { zod: path.join(folder, "zod.mjs"), "zod/mini": path.join(whole, "mini/index.js") };
}

/** Another process that builds at this moment reads the file whole, old or new. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}
