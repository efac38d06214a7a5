import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { emptyStores } from "./harness/in-memory.ts";
import { playRandomly } from "./harness/scenarios.ts";

/*
 * The property test at length, on every core: npm run test:property -- RUNS [SEED]. Each core plays its share, from seeds one after another.
 */

const REPORT_EVERY = 1_000;
/** Tells a process that it plays one share. */
const SHARE = "STOCKTAKE_PROPERTY_SHARE";

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  console.error(`"${text}" is not a whole number: npm run test:property -- RUNS [SEED]`);
  process.exit(2);
}

async function playShare(runs: number, seed: number): Promise<void> {
  process.once("disconnect", () => process.exit());
  let played = 0;
  const onPlayed = () => {
    played += 1;
    if (played % REPORT_EVERY === 0) process.send?.({ played: REPORT_EVERY });
  };
  try {
    await playRandomly({ runs, seed, stores: emptyStores(), onPlayed });
  } catch (error) {
    // With its cause, which says what promise was broken.
    console.error(`seed ${seed}:`, error);
    process.exitCode = 1;
  }
  process.disconnect?.();
}

function ended(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => child.on("exit", (code) => resolve(code === 0)));
}

/** Bundles this file into a folder: as tsx runs it, every function is given its name whenever it is made, which takes a tenth of the time. */
async function bundleInto(folder: string): Promise<string> {
  const outfile = join(folder, "long-run.mjs");
  const entryPoints = [fileURLToPath(import.meta.url)];
  const options = { bundle: true, platform: "node", format: "esm", packages: "external", sourcemap: "inline" } as const;
  await build({ ...options, entryPoints, outfile, logLevel: "warning" });
  return outfile;
}

async function playAll(script: string, runs: number, seed: number): Promise<boolean> {
  const shares = Math.min(availableParallelism(), runs);
  const started = Date.now();
  let played = 0;
  const children = Array.from({ length: shares }, (_, share) => {
    const args = [`${Math.ceil((runs - share) / shares)}`, `${seed + share}`];
    const env = { ...process.env, [SHARE]: "1" };
    const child = fork(script, args, { env, execArgv: ["--enable-source-maps"] });
    child.on("message", () => {
      played += REPORT_EVERY;
      console.log(`${played} runs in ${Math.round((Date.now() - started) / 1000)} s`);
    });
    return child;
  });
  return (await Promise.all(children.map(ended))).every((isFine) => isFine);
}

const runs = wholeNumber(process.argv[2] ?? "100000");
const seed = wholeNumber(process.argv[3] ?? `${1 + Math.floor(Math.random() * 2 ** 31)}`);
if (process.env[SHARE] === "1") await playShare(runs, seed);
else {
  console.log(`${runs} runs; to play the same again: npm run test:property -- ${runs} ${seed}`);
  // Where the bundle finds the packages.
  const cache = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "long-run-"));
  try {
    const isFine = await playAll(await bundleInto(folder), runs, seed);
    console.log(isFine ? `${runs} runs, no promise broken, seed ${seed}` : `a promise is broken, seed ${seed}`);
    process.exitCode = isFine ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
