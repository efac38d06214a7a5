import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, CfnStackSet } from "aws-cdk-lib";
import { Construct } from "constructs";
import { type InventoryReference, known } from "./inventory-reference.ts";
import { ReaderStack } from "./reader-stack.ts";
import { ConfigurationError } from "./settings.ts";

export interface ReaderStackSetProps {
  readonly inventory: InventoryReference;
  /** The organizational units whose accounts are read. */
  readonly units: readonly string[];
  /** The regions that send hints, besides the inventory's own. */
  readonly regions: readonly string[];
  /** Whether the inventory's account administers StackSets for the organization, rather than being its management account. */
  readonly delegatedAdministrator: boolean;
}

/** CloudFormation's maximum for a template that is passed as text. */
const MAX_TEMPLATE = 51_200;

/** Deploys the reader stack in every account of some organizational units, and in those that join them. */
export class ReaderStackSet extends Construct {
  constructor(scope: Construct, id: string, props: ReaderStackSetProps) {
    super(scope, id);
    const { units, regions, delegatedAdministrator } = props;
    const inventory = known(props.inventory);
    const templateBody = JSON.stringify(readerTemplate(this, inventory));
    if (templateBody.length > MAX_TEMPLATE) {
      throw new ConfigurationError(
        `the reader's template has ${templateBody.length} characters, and a StackSet takes ${MAX_TEMPLATE}: disable sources that you do not need`,
      );
    }
    new CfnStackSet(this, "Readers", {
      stackSetName: `${inventory.name}-reader`,
      description: `Stocktake: lets the inventory ${inventory.name} list resources`,
      permissionModel: "SERVICE_MANAGED",
      callAs: delegatedAdministrator ? "DELEGATED_ADMIN" : "SELF",
      autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
      capabilities: ["CAPABILITY_NAMED_IAM"],
      managedExecution: { Active: true },
      operationPreferences: {
        // A suspended account, or one that refuses the stack, holds none of the others back.
        failureTolerancePercentage: 100,
        maxConcurrentPercentage: 25,
        regionConcurrencyType: "PARALLEL",
      },
      stackInstancesGroup: [
        {
          deploymentTargets: { organizationalUnitIds: [...units] },
          regions: [...new Set([inventory.region, ...regions])],
        },
      ],
      templateBody,
    });
  }
}

/** The reader stack's template: synthesized by itself, since a StackSet takes text. */
function readerTemplate(scope: Construct, inventory: InventoryReference): object {
  const outdir = mkdtempSync(path.join(tmpdir(), "stocktake-reader-"));
  try {
    const app = new App({ outdir, context: scope.node.getAllContext() });
    const stack = new ReaderStack(app, "Reader", { inventory });
    return app.synth().getStackArtifact(stack.artifactId).template;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
