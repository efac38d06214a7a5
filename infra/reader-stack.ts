import { LegacyStackSynthesizer, Stack, type StackProps, Token } from "aws-cdk-lib";
import { AccountPrincipal, Role } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Source } from "../functions/model/source.ts";
import type { TargetAccess } from "./coverage.ts";
import type { Inventory } from "./inventory.ts";
import { acknowledgeWildcards, sourceStatements } from "./permissions.ts";

/** A source that reads the account, where, and as whom. */
export interface Reader {
  readonly source: Source;
  readonly targets: readonly TargetAccess[];
  /** The role of the function that syncs the source. */
  readonly syncRoleArn: string;
}

export interface ReaderStackProps extends StackProps {
  /** The account that the inventory is in. */
  readonly inventoryAccount: string;
  readonly readers: readonly Reader[];
}

/**
 * What an account grants an inventory in another: a role (one, unless the configuration names several) that may list the
 * sources and nothing else, for the inventory's functions and nobody else, if they say the external id.
 */
export class ReaderStack extends Stack {
  readonly roles: readonly Role[];

  constructor(scope: Construct, id: string, { inventoryAccount, readers, ...props }: ReaderStackProps) {
    super(scope, id, {
      description: `Stocktake: lets the inventory in ${inventoryAccount} list resources`,
      // A template without assets or parameters: the account need not be bootstrapped for the CDK.
      synthesizer: new LegacyStackSynthesizer(),
      ...props,
    });
    const arns = distinct(readers.flatMap(({ targets }) => targets.flatMap(({ roleArn }) => roleArn ?? [])));
    this.roles = arns.map((arn, index) => {
      const theirs = readers
        .map((reader) => ({ ...reader, targets: reader.targets.filter(({ roleArn }) => roleArn === arn) }))
        .filter(({ targets }) => targets.length > 0);
      return this.newRole(`Reader${index || ""}`, arn, inventoryAccount, theirs);
    });
  }

  private newRole(id: string, arn: string, inventoryAccount: string, readers: readonly Reader[]): Role {
    const externalIds = distinct(
      readers.flatMap(({ targets }) => targets.flatMap(({ externalId }) => externalId ?? [])),
    );
    const role = new Role(this, id, {
      ...nameOf(arn),
      description: `Stocktake: lists ${readers.map(({ source }) => source.id).join(", ")}`,
      // The account with a condition, rather than the roles: a role that is made anew stays trusted, one that does not
      // exist yet can be.
      assumedBy: new AccountPrincipal(inventoryAccount).withConditions({
        ArnEquals: { "aws:PrincipalArn": readers.map(({ syncRoleArn }) => syncRoleArn) },
        ...(externalIds.length > 0 && { StringEquals: { "sts:ExternalId": externalIds } }),
      }),
    });
    const statements = readers.flatMap(({ source, targets }) => sourceStatements(source, targets, this.partition));
    for (const statement of statements) role.addToPolicy(statement);
    acknowledgeWildcards(role, statements);
    return role;
  }
}

/** One reader stack for each account that the inventory reads from outside; it is deployed there, by whoever may. */
export function newReaderStacks(scope: Construct, inventory: Inventory): ReaderStack[] {
  const { account: home, region, stackName } = Stack.of(inventory);
  const targets = inventory.covered.flatMap((covered) => covered.targets);
  const accounts = distinct(targets.map(({ account }) => account)).filter(
    (account) => account !== home && !Token.isUnresolved(account),
  );
  return accounts.map((account) => {
    const readers = inventory.pipelines
      .map(({ covered, function: { role } }) => ({
        source: covered.source,
        targets: covered.targets.filter((target) => target.account === account),
        syncRoleArn: role.roleArn,
      }))
      .filter((reader) => reader.targets.length > 0);
    return new ReaderStack(scope, `${stackName}-reader-${account}`, {
      env: { account, ...(!Token.isUnresolved(region) && { region }) },
      inventoryAccount: home,
      readers,
    });
  });
}

function nameOf(arn: string): { roleName: string; path?: string } {
  const segments = arn.slice(arn.indexOf(":role/") + ":role/".length).split("/");
  const roleName = segments.pop() ?? "";
  return segments.length > 0 ? { roleName, path: `/${segments.join("/")}/` } : { roleName };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
