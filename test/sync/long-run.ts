import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
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
  let played = 0;
  const onPlayed = () => {
    played += 1;
    if (played % REPORT_EVERY === 0) process.send?.({ played: REPORT_EVERY });
  };
  try {
    await playRandomly({ runs, seed, stores: emptyStores(), onPlayed });
  } catch (error) {
    console.error(`seed ${seed}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
  process.disconnect?.();
}

function ended(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => child.on("exit", (code) => resolve(code === 0)));
}

async function playAll(runs: number, seed: number): Promise<boolean> {
  const shares = Math.min(availableParallelism(), runs);
  const started = Date.now();
  let played = 0;
  const children = Array.from({ length: shares }, (_, share) => {
    const args = [`${Math.ceil((runs - share) / shares)}`, `${seed + share}`];
    const child = fork(new URL(import.meta.url), args, { env: { ...process.env, [SHARE]: "1" } });
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
  const isFine = await playAll(runs, seed);
  console.log(isFine ? `${runs} runs, no promise broken, seed ${seed}` : `a promise is broken, seed ${seed}`);
  process.exitCode = isFine ? 0 : 1;
}
