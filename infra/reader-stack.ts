import { LegacyStackSynthesizer, Stack, type StackProps, Token } from "aws-cdk-lib";
import { AccountPrincipal, Role } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Source } from "../functions/model/source.ts";
import type { Inventory } from "./inventory.ts";
import { acknowledgeWildcards, sourceStatements } from "./permissions.ts";
import type { TargetAccess } from "./targets.ts";

/** A source that is listed in the account, its targets there, and the role that reads them. */
export interface Reader {
  readonly source: Source;
  readonly targets: readonly TargetAccess[];
  /** The role of the source's sync function. */
  readonly syncRoleArn: string;
}

export interface ReaderStackProps extends StackProps {
  /** The inventory's account. */
  readonly inventoryAccount: string;
  readonly readers: readonly Reader[];
}

/**
 * Grants an inventory in another account read access: a role (or several, if the configuration names them) that may list the sources
 * and nothing else, and that only the inventory's functions may assume, with the external id.
 */
export class ReaderStack extends Stack {
  readonly roles: readonly Role[];

  constructor(scope: Construct, id: string, { inventoryAccount, readers, ...props }: ReaderStackProps) {
    super(scope, id, {
      description: `Stocktake: lets the inventory in ${inventoryAccount} list resources`,
      // The template has no assets and no parameters, so the account needs no CDK bootstrap.
      synthesizer: new LegacyStackSynthesizer(),
      ...props,
    });
    const arns = distinct(readers.flatMap(({ targets }) => targets.flatMap(({ roleArn }) => roleArn ?? [])));
    this.roles = arns.map((arn, index) => {
      const itsReaders = readers
        .map((reader) => ({ ...reader, targets: reader.targets.filter(({ roleArn }) => roleArn === arn) }))
        .filter(({ targets }) => targets.length > 0);
      return this.createRole(`Reader${index || ""}`, arn, inventoryAccount, itsReaders);
    });
  }

  private createRole(id: string, arn: string, inventoryAccount: string, readers: readonly Reader[]): Role {
    const externalIds = distinct(
      readers.flatMap(({ targets }) => targets.flatMap(({ externalId }) => externalId ?? [])),
    );
    const role = new Role(this, id, {
      ...nameOf(arn),
      description: `Stocktake: lists ${readers.map(({ source }) => source.id).join(", ")}`,
      // Trusts the account on a condition, not the roles themselves: they need not exist yet, and may be replaced.
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

/** Creates one reader stack for each other account that the inventory reads. It is deployed in that account. */
export function createReaderStacks(scope: Construct, inventory: Inventory): ReaderStack[] {
  const { account: home, region, stackName } = Stack.of(inventory);
  const targets = inventory.sources.flatMap(({ targets }) => targets);
  const accounts = distinct(targets.map(({ account }) => account)).filter(
    (account) => account !== home && !Token.isUnresolved(account),
  );
  return accounts.map((account) => {
    const readers = inventory.pipelines
      .map(({ resolved, function: { role } }) => ({
        source: resolved.source,
        targets: resolved.targets.filter((target) => target.account === account),
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
