import { join } from "node:path";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { bundle } from "./bundle.ts";
import type { Program } from "./program.ts";

const FUNCTIONS = join(import.meta.dirname, "../functions");

/**
 * A function's code. It is bundled only in a synth that needs it, and once however many functions share it: the CDK stages equal assets
 * once.
 */
export function bundledCode(program: Program): Code {
  return Code.fromAsset(FUNCTIONS, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // All programs are bundled from one folder; this makes them different assets.
      environment: { PROGRAM: JSON.stringify(program) },
      // Not used: bundling runs in this process.
      image: DockerImage.fromRegistry("none"),
      local: {
        tryBundle(outdir) {
          bundle(program, outdir);
          return true;
        },
      },
    },
  });
}
