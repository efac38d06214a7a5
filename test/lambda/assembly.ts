import { readFileSync } from "node:fs";
import path from "node:path";
import { App } from "aws-cdk-lib";
import { InventoryStack } from "../../infra/inventory-stack.ts";

/** A function as it is uploaded. */
export interface AssembledFunction {
  /** The folder of its bundle. */
  readonly folder: string;
  /** Its environment, without the values that are known only when it is deployed. */
  readonly environment: Readonly<Record<string, string>>;
}

interface FunctionResource {
  readonly Type: string;
  readonly Properties: {
    readonly Code: { readonly S3Key: string };
    readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}

const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"));

/** Synthesizes the app into a folder with its bundles, and answers the functions in the assembly. */
export function assembledFunctions(outdir: string, env: { account: string; region: string }): AssembledFunction[] {
  const app = new App({ outdir, context });
  const stack = new InventoryStack(app, "Stocktake", { env });
  app.synth();
  const { Resources } = JSON.parse(readFileSync(path.join(outdir, `${stack.artifactId}.template.json`), "utf8"));
  return Object.values<FunctionResource>(Resources)
    .filter(({ Type }) => Type === "AWS::Lambda::Function")
    .map(({ Properties: { Code, Environment } }) => ({
      folder: path.join(outdir, `asset.${path.parse(Code.S3Key).name}`),
      environment: Object.fromEntries(
        Object.entries(Environment?.Variables ?? {}).filter(
          (entry): entry is [string, string] => typeof entry[1] === "string",
        ),
      ),
    }));
}
