import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const ROOT = path.resolve(import.meta.dirname, "..");
const DIST = path.join(ROOT, "dist");
const ENTRY = path.join(DIST, "stocktake.mjs");
/** The explorer's page, as explorer/site.ts serves it. */
const PAGE = path.join(DIST, "explorer");
/** What the bundle is made of, besides the installed packages. */
const SOURCES = ["bin", "cli", "client", "explorer", "functions", "simulator"];
/** A process that runs may still load the parts of an earlier build. */
const KEEP_MS = 86_400_000;

/**
 * Builds the command line into dist/: one bundle in parts, each loaded when a command needs it, which starts in a fraction of the time that
 * the sources and packages take. Only libsql stays outside, since its native code does.
 */
async function buildCommand() {
  const startedAt = new Date();
  const page = await bundlePage();
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { stocktake: "cli/main.ts", contract: "cli/contract.ts" },
    outdir: DIST,
    outExtension: { ".js": ".mjs" },
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["libsql"],
    // Packages in the older module format call `require`.
    banner: { js: "import{createRequire as requireFor}from'node:module';const require=requireFor(import.meta.url);" },
    plugins: [{ name: "keep-locations", setup: keepLocations }],
    logLevel: "silent",
  });
  mkdirSync(PAGE, { recursive: true });
  for (const file of inlined(page.outputFiles)) replace(file.path, file.contents);
  // The parts' names hold hashes of their content. The entry, which names them, comes last: a command that starts meanwhile finds its parts.
  const [entry, ...parts] = outputFiles.toSorted((a, b) => Number(b.path === ENTRY) - Number(a.path === ENTRY));
  for (const part of parts) replace(part.path, part.contents);
  const { files } = await import(pathToFileURL(path.join(DIST, "contract.mjs")).href);
  for (const [name, text] of Object.entries(files)) replace(path.join(DIST, name), text);
  replace(ENTRY, entry.contents, startedAt);
  const [, file] = process.argv.slice(process.argv.indexOf("--metafile"));
  if (process.argv.includes("--metafile")) writeFileSync(file, JSON.stringify(joined([metafile, page.metafile])));
  deleteOldParts(new Set(outputFiles.map((file) => path.basename(file.path))));
}

/** Bundles the explorer's page: one script, one for before and one for after the first paint, one for its worker, and one style sheet. */
function bundlePage() {
  return build({
    absWorkingDir: ROOT,
    entryPoints: {
      index: "explorer/page/index.html",
      icon: "explorer/page/icon.svg",
      app: "explorer/page/app.tsx",
      theme: "explorer/page/theme.ts",
      start: "explorer/page/start.ts",
      "layout-worker": "explorer/page/graph/layout-worker.ts",
      style: "explorer/page/style.css",
    },
    loader: { ".html": "copy", ".svg": "copy" },
    outdir: PAGE,
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "iife",
    logLevel: "silent",
  });
}

/** The page's files, with its style and the scripts around the first paint in the document: that is painted as soon as it arrives. */
function inlined(files) {
  const named = (name) => files.find((file) => path.basename(file.path) === name);
  const [document, style, theme, start] = ["index.html", "style.css", "theme.js", "start.js"].map(named);
  const text = document.text
    .replace('<link rel="stylesheet" href="/explorer/style.css">', () => `<style>${style.text}</style>`)
    .replace('<script src="/explorer/theme.js"></script>', () => `<script>${theme.text}</script>`)
    .replace('<script src="/explorer/start.js"></script>', () => `<script>${start.text}</script>`);
  const others = files.filter((file) => ![document, style, theme, start].includes(file));
  return [...others, { path: document.path, contents: text }];
}

/** What several bundles are made of, as esbuild says it of one. */
function joined(metafiles) {
  const all = (member) => Object.assign({}, ...metafiles.map((metafile) => metafile[member]));
  return { inputs: all("inputs"), outputs: all("outputs") };
}

/** Writes a file in one step: another process reads all of the old or all of the new one. */
function replace(file, contents, modifiedAt = new Date()) {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, contents);
  utimesSync(unfinished, modifiedAt, modifiedAt);
  renameSync(unfinished, file);
}

/** Whether dist/ is missing, or older than a source or the list of installed packages. */
function isStale() {
  const builtAt = statSync(ENTRY, { throwIfNoEntry: false })?.mtimeMs;
  if (builtAt === undefined) return true;
  return ["package.json", "package-lock.json", ...SOURCES.flatMap(filesIn)].some((file) => {
    const changedAt = statSync(path.join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return changedAt >= builtAt;
  });
}

function filesIn(folder) {
  const files = readdirSync(path.join(ROOT, folder), { recursive: true });
  return [
    folder,
    ...files.filter((file) => /\.(tsx?|mjs|json|css|html|svg)$/.test(file)).map((file) => path.join(folder, file)),
  ];
}

function deleteOldParts(current) {
  for (const name of readdirSync(DIST)) {
    const file = path.join(DIST, name);
    const found = statSync(file, { throwIfNoEntry: false });
    // Folders are the page, and parts of a package that was packed.
    if (!found?.isFile() || current.has(name)) continue;
    if (Date.now() - found.mtimeMs > KEEP_MS) rmSync(file, { force: true });
  }
}

/** A module that finds files beside its source finds them there from dist/ as well, wherever the project's folder is. */
function keepLocations({ onLoad }) {
  onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
    const source = readFileSync(file, "utf8");
    if (!source.includes("import.meta.url")) return undefined;
    const location = JSON.stringify(path.relative(DIST, file).replaceAll(path.sep, "/"));
    const url = `new URL(${location}, import.meta.url).href`;
    return { contents: source.replaceAll("import.meta.url", () => url), loader: "ts" };
  });
}

try {
  if (!process.argv.includes("--if-stale") || isStale()) await buildCommand();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
