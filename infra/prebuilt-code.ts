import { join } from "node:path";
import { Code } from "aws-cdk-lib/aws-lambda";
import { type Program, programName } from "./program.ts";

/** A function's code in the published package, in place of what bundled-code.ts builds in a clone. */
export function bundledCode(program: Program): Code {
  return Code.fromAsset(join(import.meta.dirname, "code", programName(program)));
}
