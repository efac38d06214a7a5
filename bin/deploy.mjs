import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/**
 * Deploys the inventory's own stack, whatever other stacks the app has, and then enters the configuration's targets; or destroys the stack:
 * `node bin/deploy.mjs deploy|destroy [options of cdk]`.
 */

const ROOT = path.resolve(import.meta.dirname, "..");
const [command = "deploy", ...options] = process.argv.slice(2);
const named = optionValue(/^config=(.+)$/, "-c", "--context");
const file = named ?? "stocktake.config.json";
const { stackName = "Stocktake", region } = named !== undefined || existsSync(file) ? configurationIn(file) : {};
const profile = optionValue(/^(.+)$/, "--profile");

run("node_modules/aws-cdk/bin/cdk", [command, stackName, ...options]);
if (command === "deploy") {
  const from = [
    ["--config", named ?? (existsSync(file) ? file : undefined)],
    ["--region", region],
    ["--profile", profile],
  ];
  const given = from.flatMap(([option, value]) => (value === undefined ? [] : [option, value]));
  run("bin/stocktake.mjs", ["targets", "import", "--stack", stackName, ...given]);
}

/** Runs a program, and ends with its exit code if it fails. */
function run(program, args) {
  const { status } = spawnSync(process.execPath, [path.join(ROOT, program), ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** The value of an option that matches: `-c config=FILE`, `--context=config=FILE`, or their like. */
function optionValue(pattern, ...names) {
  for (const [index, option] of options.entries()) {
    const name = names.find((each) => option === each || option.startsWith(`${each}=`));
    if (name === undefined) continue;
    const value = option === name ? options[index + 1] : option.slice(name.length + 1);
    const matched = pattern.exec(value ?? "")?.[1];
    if (matched !== undefined) return matched;
  }
  return undefined;
}

/** What the CDK app will say is wrong with the file, better than this could. */
function configurationIn(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}
