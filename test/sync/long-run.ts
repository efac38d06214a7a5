import { playRandomly } from "./harness/scenarios.ts";

/*
 * The property test at length: npm run test:property -- RUNS [SEED]. What it finds is kept in regressions.test.ts.
 */

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  console.error(`"${text}" is not a whole number: npm run test:property -- RUNS [SEED]`);
  process.exit(2);
}

const runs = wholeNumber(process.argv[2] ?? "100000");
const seed = wholeNumber(process.argv[3] ?? `${1 + Math.floor(Math.random() * 2 ** 31)}`);
console.log(`${runs} runs; to play the same again: npm run test:property -- ${runs} ${seed}`);
const started = Date.now();
let played = 0;
await playRandomly({
  runs,
  seed,
  onPlayed() {
    played += 1;
    if (played % 1_000 === 0) console.log(`${played} runs in ${Math.round((Date.now() - started) / 1000)} s`);
  },
});
console.log(`${played} runs, no promise broken, seed ${seed}`);
