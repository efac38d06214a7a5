import { join } from "node:path";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { bundle, type Program } from "./bundle.ts";

const FUNCTIONS = join(import.meta.dirname, "../functions");

/**
 * A function's code. It is bundled when it is needed, so not in a synth that asks for none, and once however many functions
 * have it: the CDK stages equal assets once.
 */
export function bundledCode(program: Program): Code {
  return Code.fromAsset(FUNCTIONS, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // All programs are bundled from one folder; this tells them apart where equal assets are staged once.
      environment: { PROGRAM: JSON.stringify(program) },
      // Never run: bundling happens in this process.
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
