import { Aws, Duration } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { type FunctionSettings, NodeFunction } from "./node-function.ts";
import { assumeReaderGrants, DISCOVERY_OPERATIONS, type Grants, regionGrants, tableGrants } from "./permissions.ts";
import { schedule } from "./service-pipeline.ts";
import type { OrganizationSettings } from "./settings.ts";
import type { Tables } from "./tables.ts";

export interface DiscoveryProps {
  readonly functions: FunctionSettings;
  readonly tables: Tables;
  readonly organization: OrganizationSettings;
  readonly readerRole: string;
  /** What all services' functions are told. */
  readonly environment: Record<string, string>;
}

/** Finds the organization's accounts and their enabled regions once a day, and keeps the targets' records. */
export class Discovery extends Construct {
  readonly function: NodeFunction;

  constructor(scope: Construct, id: string, props: DiscoveryProps) {
    super(scope, id);
    const { roleArn, units, tags, exclude, regions } = props.organization;
    this.function = new NodeFunction(this, "Discover", {
      ...props.functions,
      program: "discover",
      description: "Stocktake: finds the organization's accounts and their regions",
      timeout: Duration.minutes(15),
      environment: {
        ...props.environment,
        STOCKTAKE_ORGANIZATION: JSON.stringify({ roleArn, units, tags, exclude, regions }),
      },
      grants: [
        roleArn === undefined ? organizationGrants(props.organization) : assumeGrants(roleArn),
        regionGrants(),
        assumeReaderGrants(props.readerRole),
        tableGrants(props.tables, DISCOVERY_OPERATIONS),
      ],
    });
    schedule(this, "EveryDay", {
      description: "Stocktake: discovers the organization's accounts",
      every: Duration.days(1),
      function: this.function,
      event: { kind: "discover" },
    });
  }
}

/** What listing the accounts that are chosen needs, in the organization's management account or a delegated administrator's. */
function organizationGrants({ units, tags = {} }: OrganizationSettings): Grants {
  const allow = (actions: readonly string[], ...resources: readonly string[]) =>
    new PolicyStatement({ actions: actions.map((action) => `organizations:${action}`), resources: [...resources] });
  const arnOf = (kind: string) => `arn:${Aws.PARTITION}:organizations::*:${kind}/*`;
  const parents = units && [arnOf("ou"), ...(units.some((unit) => unit.startsWith("r-")) ? [arnOf("root")] : [])];
  return {
    statements: [
      parents
        ? allow(["ListAccountsForParent", "ListOrganizationalUnitsForParent"], ...parents)
        : allow(["ListAccounts"], "*"),
      ...(Object.keys(tags).length > 0 ? [allow(["ListTagsForResource"], arnOf("account"))] : []),
    ],
    wildcards: "An organization's accounts and units belong to its management account, and are found by listing them.",
  };
}

function assumeGrants(roleArn: string): Grants {
  return { statements: [new PolicyStatement({ actions: ["sts:AssumeRole"], resources: [roleArn] })] };
}
