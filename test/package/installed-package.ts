import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** Packs the project and installs the tarball as npm does, without a registry. */

export const ROOT = path.resolve(import.meta.dirname, "../..");
const INSTALLED = path.join(ROOT, "node_modules");
const run = promisify(execFile);

/** What `npm pack` builds from and packs. */
const COPIED = [
  ...["bin", "cli", "client", "docs", "explorer", "functions", "infra", "simulator"],
  ...["CHANGELOG.md", "LICENSE", "README.md", "package.json", "stocktake.config.schema.json", "tsconfig.json"],
];

export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

export interface Tarball {
  readonly file: string;
  readonly size: number;
  readonly files: readonly PackedFile[];
}

/** Packs a copy of the project, so that the project's own dist/ stays as it is. */
export async function pack(folder: string): Promise<Tarball> {
  const project = path.join(folder, "project");
  for (const each of COPIED) cpSync(path.join(ROOT, each), path.join(project, each), { recursive: true });
  symlinkSync(INSTALLED, path.join(project, "node_modules"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: project,
    maxBuffer: 100_000_000,
  });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("[")));
  return { file: path.join(folder, packed.filename), size: packed.size, files: packed.files };
}

/**
 * Installs a tarball into an empty folder: unpacks it, and links the dependencies that it declares, its commands, and other packages of the
 * app. No other package can be loaded there.
 */
export async function install(tarball: string, app: string, packages: readonly string[]): Promise<void> {
  const modules = path.join(app, "node_modules");
  const installed = path.join(modules, "stocktake");
  mkdirSync(installed, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", installed, "--strip-components", "1"]);
  const { dependencies, bin } = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
  for (const name of [...Object.keys(dependencies), ...packages]) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(INSTALLED, name), path.join(modules, name));
  }
  mkdirSync(path.join(modules, ".bin"));
  for (const [name, file] of Object.entries<string>(bin)) {
    symlinkSync(path.join("../stocktake", file), path.join(modules, ".bin", name));
  }
}

/** Copies an example into an app's folder. */
export function copyExample(name: string, app: string): void {
  const example = path.join(ROOT, "examples", name);
  for (const file of readdirSync(example)) {
    if (/\.(ts|js)$/.test(file)) cpSync(path.join(example, file), path.join(app, file));
  }
}
