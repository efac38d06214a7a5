import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import openapiTypescript, { astToString } from "openapi-typescript";
import ts from "typescript";
import { z } from "zod";
import { serviceOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { bundle } from "../../infra/bundle.ts";
import { type Program, programName } from "../../infra/program.ts";
import { inventorySettings } from "../../infra/settings-schema.ts";
import packageFile from "../../package.json" with { type: "json" };

const ROOT = path.resolve(import.meta.dirname, "../..");
const ENTRY = "infra/index.ts";
const SETTINGS_SCHEMA = "infra/settings-schema.ts";

/**
 * Builds the construct for other CDK apps: a CommonJS module, which apps of either module format can load, the code of the functions
 * beside it, and the declarations. Answers esbuild's metafiles.
 */
export async function buildConstruct(folder: string): Promise<Metafile[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [ENTRY],
    outdir: folder,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    mainFields: ["module", "main"],
    external: Object.keys(packageFile.peerDependencies),
    define: { "import.meta.dirname": "__dirname" },
    plugins: [prebuiltCode],
    metafile: true,
  });
  writeFileSync(path.join(folder, "package.json"), '{ "type": "commonjs" }\n');
  await writeDeclarations(path.join(folder, "types"));
  const services = new Set(SOURCES.map(({ id }) => serviceOf(id)));
  const programs: Program[] = ["api", "discover", "export", ...[...services].map((service) => ({ sync: service }))];
  return [metafile, ...programs.map((program) => bundle(program, path.join(folder, "code", programName(program))))];
}

/** The package has the functions' code already built; a clone builds it when it synthesizes. */
const prebuiltCode: Plugin = {
  name: "prebuilt-code",
  setup({ onResolve }) {
    onResolve({ filter: /\/bundled-code\.ts$/ }, () => ({ path: path.join(ROOT, "infra/prebuilt-code.ts") }));
  },
};

/** Writes the declarations of the construct's module and of every module that they name. */
async function writeDeclarations(folder: string): Promise<void> {
  const written = new Map<string, string>();
  const untyped: Untyped[] = [];
  const queue = [ENTRY];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (written.has(file)) continue;
    const declarations = file === SETTINGS_SCHEMA ? await settingsDeclarations() : declarationsOf(file, untyped);
    written.set(file, declarations);
    const imported = [...declarations.matchAll(/from "(\.[^"]+)"/g)].map(([, specifier = ""]) => specifier);
    queue.push(...imported.map((specifier) => path.posix.join(path.posix.dirname(file), specifier)));
  }
  assertTyped(untyped, [...written.values()].join("\n"));
  for (const [file, declarations] of written) {
    const target = path.join(folder, file.replace(/\.ts$/, ".d.ts"));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, declarations.replaceAll(/(from "\.[^"]+)\.ts"/g, '$1.js"'));
  }
}

/** An exported value whose type is not written down. */
interface Untyped {
  readonly name: string;
  readonly problem: string;
}

/** Variables and functions: of little use to declarations, which are made of types. */
const UNTYPED_VALUES = [9007, 9010];

/** The declarations of one file, without a type check, which `npm run check` has done. */
function declarationsOf(file: string, untyped: Untyped[]): string {
  const text = readFileSync(path.join(ROOT, file), "utf8");
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      isolatedDeclarations: true,
      allowImportingTsExtensions: true,
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
    },
  });
  for (const { code, start = 0, messageText } of diagnostics) {
    const line = text.slice(0, start).split("\n").length;
    const message = ts.flattenDiagnosticMessageText(messageText, " ");
    const problem = `${file}:${line} is part of stocktake/cdk, and needs an explicit type: ${message}`;
    if (!UNTYPED_VALUES.includes(code)) throw new Error(problem);
    untyped.push({ name: /\w+/.exec(text.slice(start))?.[0] ?? "", problem });
  }
  return outputText;
}

/** Fails if any other declaration mentions an untyped value: its own would be any. */
function assertTyped(untyped: readonly Untyped[], declarations: string): void {
  for (const { name, problem } of untyped) {
    if (new RegExp(`(?<!declare (?:const|function) )\\b${name}\\b`).test(declarations)) throw new Error(problem);
  }
}

/** The settings as they validate, with their descriptions: apps need no zod for them. */
async function settingsDeclarations(): Promise<string> {
  const ParsedSettings = z.toJSONSchema(inventorySettings);
  const document = {
    openapi: "3.1.0",
    info: { title: packageFile.name, version: packageFile.version },
    components: { schemas: { ParsedSettings } },
  };
  const types = astToString(await openapiTypescript(JSON.stringify(document)));
  return `${types}\nexport type ParsedSettings = components["schemas"]["ParsedSettings"];\n`;
}
