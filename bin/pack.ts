import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import type { Metafile } from "esbuild";
import { buildClient } from "./package/client.ts";
import { buildConstruct } from "./package/construct.ts";
import { licensesOf } from "./package/licenses.ts";

/** Builds all of the package that npm publishes into an empty dist/: the command, the construct, the API client, and licenses. */

const ROOT = path.resolve(import.meta.dirname, "..");
const DIST = path.join(ROOT, "dist");

rmSync(DIST, { recursive: true, force: true });
const metafiles = [buildCommand(), ...(await buildConstruct(path.join(DIST, "cdk")))];
await buildClient(path.join(DIST, "client"));
writeFileSync(path.join(DIST, "THIRD_PARTY_LICENSES.txt"), licensesOf(metafiles));

function buildCommand(): Metafile {
  const file = path.join(DIST, "metafile.json");
  const build = [path.join(ROOT, "bin/build.mjs"), "--metafile", file];
  // A failed build has said why.
  if (spawnSync(process.execPath, build, { stdio: "inherit" }).status !== 0) process.exit(1);
  const metafile = JSON.parse(readFileSync(file, "utf8")) as Metafile;
  rmSync(file);
  return metafile;
}
