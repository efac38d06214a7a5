import { Aws, CfnCondition, type CfnResource, Fn, LegacyStackSynthesizer, Stack, type StackProps } from "aws-cdk-lib";
import { EventBus } from "aws-cdk-lib/aws-events";
import { AccountPrincipal, Role } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { HintForwarding } from "./hints.ts";
import { type InventoryReference, known } from "./inventory-reference.ts";
import { acknowledgeWildcards, boundRoles, listingGrants, policyOf, regionGrants } from "./permissions.ts";

export interface ReaderStackProps extends StackProps {
  readonly inventory: InventoryReference;
}

/**
 * Lets an inventory read the account that this is deployed in: a role that may list the sources and nothing else, and that only the
 * inventory's functions may assume; and a rule that sends the region's hints to the inventory. The template is the same for every account
 * and region. The role is made only in the inventory's own region, since an account has one.
 */
export class ReaderStack extends Stack {
  constructor(scope: Construct, id: string, { inventory, ...props }: ReaderStackProps) {
    super(scope, id, {
      description: `Stocktake: lets the inventory ${inventory.name} in ${inventory.account} list resources`,
      // The template has no assets and no parameters, so the account needs no CDK bootstrap.
      synthesizer: new LegacyStackSynthesizer(),
      ...props,
    });
    if (inventory.permissionsBoundary !== undefined) boundRoles(this, inventory.permissionsBoundary);
    this.createRole(inventory);
    if (!inventory.hints) return;
    const { account, region, name, sources } = inventory;
    const bus = EventBus.fromEventBusArn(
      this,
      "Inventory",
      `arn:${Aws.PARTITION}:events:${region}:${account}:event-bus/${name}`,
    );
    new HintForwarding(this, "Hints", { bus, name, sources: sources.map(({ source }) => source) });
  }

  private createRole(inventory: InventoryReference): void {
    const { account, region, name, sources, externalId, organizationId } = inventory;
    const grants = [listingGrants(sources), ...(inventory.discovers ? [regionGrants()] : [])];
    const required = {
      ...(externalId !== undefined && { "sts:ExternalId": externalId }),
      ...(organizationId !== undefined && { "aws:PrincipalOrgID": organizationId }),
    };
    const role = new Role(this, "Reader", {
      roleName: inventory.readerRole,
      description: `Stocktake: lists resources for the inventory ${name} in ${account}`,
      // Trusts the account on a condition, not the roles themselves: they need not exist yet, and may be replaced.
      assumedBy: new AccountPrincipal(account).withConditions({
        ArnEquals: {
          "aws:PrincipalArn": inventory.trustedRoles.map((role) => `arn:${Aws.PARTITION}:iam::${account}:role/${role}`),
        },
        ...(Object.keys(required).length > 0 && { StringEquals: required }),
      }),
      inlinePolicies: {
        List: policyOf(grants),
      },
    });
    acknowledgeWildcards(role, grants);
    const home = new CfnCondition(this, "InInventoryRegion", { expression: Fn.conditionEquals(Aws.REGION, region) });
    (role.node.defaultChild as CfnResource).cfnOptions.condition = home;
  }
}

/**
 * Creates the reader stack of an inventory, to be deployed in each other account that is inventoried. The account and region of the
 * inventory must be known.
 */
export function createReaderStack(
  scope: Construct,
  inventory: { readonly reference: InventoryReference },
): ReaderStack {
  const reference = known(inventory.reference);
  return new ReaderStack(scope, `${reference.name}-reader`, { inventory: reference });
}
