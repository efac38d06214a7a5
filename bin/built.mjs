import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = path.resolve(import.meta.dirname, "..");
const BUILDS = path.join(ROOT, "node_modules", ".cache", "stocktake", "command-line");
/** A command that has long been running may still load parts of what it was started from. */
const KEPT_MS = 7 * 86_400_000;

/**
 * The command line as one bundle, which starts in a third of the time that the sources take. It is built when it is first wanted and
 * whenever a source, a dependency or the place of it all is another. Undefined where it cannot be built: a folder that may
 * not be written, say, or sources in the middle of an edit.
 */
export async function builtCommandLine() {
  try {
    const build = path.join(BUILDS, fingerprint());
    if (!existsSync(build)) await buildInto(build);
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
  for (const file of ["package.json", installed, ...sources("bin"), ...sources("functions"), ...sources("local")]) {
    const { mtimeMs, size } = statSync(path.join(ROOT, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest("base64url");
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
      entryPoints: ["local/main.ts"],
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
    renameSync(unfinished, build);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(build)) throw error;
  } finally {
    await esbuild.stop();
  }
  for (const name of readdirSync(BUILDS)) {
    const old = path.join(BUILDS, name);
    if (Date.now() - statSync(old).mtimeMs > KEPT_MS) rmSync(old, { recursive: true, force: true });
  }
}

/** What is read from beside a source file is read from there still. */
function keepOwnPlaces({ onLoad }) {
  onLoad({ filter: /[\\/]local[\\/].*\.ts$/ }, ({ path: file }) => {
    if (file.includes("node_modules")) return undefined;
    const url = JSON.stringify(pathToFileURL(file).href);
    return { contents: readFileSync(file, "utf8").replaceAll("import.meta.url", url), loader: "ts" };
  });
}
