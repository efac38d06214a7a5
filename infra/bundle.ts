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
  outExtension: { ".js": ".mjs" },
  bundle: true,
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
  minify: true,
  // Stack traces need no sources' text. With it a map is several times as large, and Node reads it at every cold start.
  sourcemap: "linked",
  sourcesContent: false,
  logLevel: "warning",
} satisfies BuildOptions;

/**
 * What a program imports dynamically: one export of a package. It gets a file of its own, with a copy of what both need. To share that would
 * take further files, and each that a cold start reads costs it a millisecond.
 */
function loadedLater(program: Program): { readonly from: string; readonly name: string } | undefined {
  if (program === "export") return undefined;
  if (program === "api") return { from: "@aws-lambda-powertools/logger", name: "Logger" };
  return { from: "@aws-sdk/credential-providers", name: "fromTemporaryCredentials" };
}

const LATER = "./later.mjs";

/**
 * Builds a program with everything that it imports into `outdir`: index.mjs, later.mjs with what it imports dynamically, and their source
 * maps; of the API the files that describe it, too. Answers esbuild's metafile. The same sources give the same bundle.
 */
export function bundle(program: Program, outdir: string): Metafile {
  const later = loadedLater(program);
  const options = { ...entryOf(program), alias: { ...BUNDLING.alias, ...(later && { [later.from]: LATER }) } };
  const { inputs, outputs } = bundleFrom({ ...options, external: [LATER] }, outdir);
  if (program === "api") {
    for (const [name, text] of Object.entries(contractFiles(METADATA, packageFile.version))) {
      writeFileSync(path.join(outdir, name), text);
    }
  }
  if (!later) return { inputs, outputs };
  const contents = `export { ${later.name} } from "${later.from}";`;
  const others = bundleFrom({ stdin: { contents, resolveDir: ROOT }, entryNames: path.parse(LATER).name }, outdir);
  return { inputs: { ...inputs, ...others.inputs }, outputs: { ...outputs, ...others.outputs } };
}

const METADATA = SOURCES.map(sourceMetadata);

function entryOf(program: Program): BuildOptions {
  if (typeof program === "object") return { stdin: syncEntry(program.sync) };
  // The registry itself would bring every service's client into its bundle.
  const define = {
    STOCKTAKE_SOURCES: JSON.stringify(METADATA.map(({ regions: _, ...metadata }) => metadata)),
    STOCKTAKE_REGIONS: JSON.stringify(Object.fromEntries(METADATA.map(({ id, regions }) => [serviceOf(id), regions]))),
  };
  return { entryPoints: [`functions/${program}.ts`], define };
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

/** Builds any code with the functions' options, into one file. */
export function bundleFrom(options: BuildOptions, outdir: string): Metafile {
  const { metafile, outputFiles } = buildSync({
    ...{ ...BUNDLING, entryNames: "index", ...options, outdir },
    ...{ metafile: true, write: false },
  });
  mkdirSync(outdir, { recursive: true });
  for (const { path: file, text } of outputFiles) {
    writeFileSync(file, file.endsWith(".map") ? onlyOwnCode(text) : text);
  }
  return metafile;
}
