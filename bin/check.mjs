import { spawn } from "node:child_process";
import process from "node:process";

/**
 * TypeScript's native compiler, by its path: the package that knip and others take their types from has a command of the same name. The
 * other checks use the other processors.
 */
const TSC = "node node_modules/typescript-native/bin/tsc --singleThreaded";

/** What must be clean: format and lint, words, types, unused code, layers. Each runs by itself, so all run at once. */
const CHECKS = [
  "biome check .",
  "node --import tsx test/words/check.ts",
  TSC,
  `${TSC} -p explorer/page`,
  "knip",
  "depcruise bin cli client explorer functions infra simulator test --config .dependency-cruiser.mjs",
];

/** Runs a command that npm has put on the path, and prints what it says once it has ended. Answers whether it is content. */
function run(command) {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("close", (code) => {
      process.stdout.write(`> ${command}\n${output}`);
      resolve(code === 0);
    });
  });
}

const results = await Promise.all(CHECKS.map(run));
if (results.includes(false)) process.exitCode = 1;
