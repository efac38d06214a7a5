import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = path.resolve(import.meta.dirname, "..");
const BUILDS = path.join(ROOT, "node_modules", ".cache", "stocktake", "command-line");
/** Where the command line's own sources are. */
const OWN = ["cli", "explorer", "simulator"];
/** Since it was last started: a server may still load parts of what it was started from. */
const KEPT_MS = 30 * 86_400_000;
/** Says how many files there are and of what size, so that a bundle that has lost something is known. */
const SIZES = "sizes";

/**
 * The command line as one bundle, which starts in a third of the time that the sources take. It is built when it is first wanted and
 * whenever a source, a dependency or the place of it all is another. Undefined where it cannot be built: a folder that may
 * not be written, say, or sources in the middle of an edit.
 */
export async function builtCommandLine() {
  try {
    const build = path.join(BUILDS, fingerprint());
    if (isWhole(build)) noteUse(build);
    else await buildInto(build);
    return pathToFileURL(path.join(build, "main.mjs"));
  } catch {
    // The sources run as well, only slower, and say what is wrong with them.
    return undefined;
  }
}

/** Tells one state of everything that is built from another. */
function fingerprint() {
  const hash = createHash("sha256").update(`${ROOT}\n${process.version}\n`);
  const installed = path.join("node_modules", ".package-lock.json");
  for (const file of ["package.json", installed, ...["bin", "functions", ...OWN].flatMap(sources)]) {
    const { mtimeMs, size } = statSync(path.join(ROOT, file), { throwIfNoEntry: false }) ?? {};
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest("base64url");
}

function noteUse(build) {
  try {
    utimesSync(build, new Date(), new Date());
  } catch {
    // It is another user's, who then builds, and clears away what is old.
  }
}

function isWhole(build) {
  return existsSync(path.join(build, SIZES)) && readFileSync(path.join(build, SIZES), "utf8") === sizesOf(build);
}

function sizesOf(build) {
  const files = readdirSync(build).filter((file) => file !== SIZES);
  const bytes = files.reduce((sum, file) => sum + statSync(path.join(build, file)).size, 0);
  return `${files.length} files, ${bytes} bytes\n`;
}

function sources(folder) {
  const files = readdirSync(path.join(ROOT, folder), { recursive: true });
  return files.filter((file) => /\.(ts|mjs|json)$/.test(file)).map((file) => path.join(folder, file));
}

async function buildInto(build) {
  const esbuild = await import("esbuild");
  const unfinished = `${build}.${process.pid}`;
  mkdirSync(BUILDS, { recursive: true });
  try {
    await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: ["cli/main.ts"],
      outdir: unfinished,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      target: "node20",
      mainFields: ["module", "main"],
      // It runs in a thread of its own, from its own folder.
      external: ["dynalite"],
      banner: { js: "import{createRequire as requireFor}from'node:module';const require=requireFor(import.meta.url);" },
      plugins: [{ name: "own places", setup: keepOwnPlaces }],
      logLevel: "silent",
    });
    writeFileSync(path.join(unfinished, SIZES), sizesOf(unfinished));
    if (existsSync(build) && !isWhole(build)) rmSync(build, { recursive: true, force: true });
    renameSync(unfinished, build);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another that was started at the same time may have been first.
    if (!isWhole(build)) throw error;
  } finally {
    await esbuild.stop();
  }
  for (const name of readdirSync(BUILDS)) {
    const old = path.join(BUILDS, name);
    // What another process builds at this moment gets its name, and what it clears away is gone.
    const { mtimeMs = Date.now() } = statSync(old, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > KEPT_MS) rmSync(old, { recursive: true, force: true });
  }
}

/** What is read from beside a source file is read from there still. */
function keepOwnPlaces({ onLoad }) {
  onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
    if (!OWN.some((folder) => path.relative(ROOT, file).startsWith(`${folder}${path.sep}`))) return undefined;
    const url = JSON.stringify(pathToFileURL(file).href);
    return { contents: readFileSync(file, "utf8").replaceAll("import.meta.url", () => url), loader: "ts" };
  });
}
