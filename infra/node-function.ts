import { type Duration, PhysicalName, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Function as LambdaFunction, RecursiveLoop, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { METRICS_NAMESPACE } from "../functions/lambda/metrics.ts";
import { bundledCode } from "./bundled-code.ts";
import { acknowledgeWildcards } from "./permissions.ts";
import type { Program } from "./program.ts";

/** The actions of active tracing. */
const TRACING = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

export interface NodeFunctionProps {
  readonly program: Program;
  readonly description: string;
  readonly timeout: Duration;
  readonly environment: Record<string, string>;
  /** Permissions to list resources in the inventoried accounts. */
  readonly listing?: readonly PolicyStatement[];
  /** Permissions on the inventory's own resources, besides writing its log and traces. */
  readonly statements: readonly PolicyStatement[];
  /** Whether it sends itself messages many times in a row, which Lambda would otherwise stop as a loop. */
  readonly recursive?: boolean;
  /** Receives asynchronous invocations that failed for good. */
  readonly failedInvocations?: IQueue;
}

/** A function with a role of its own that has exactly the given permissions, a log that expires, and traces. */
export class NodeFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Log", {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", {
      // The role gets a fixed name only when another account has to trust it.
      roleName: PhysicalName.GENERATE_IF_NEEDED,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: props.description,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [logGroup.logGroupArn],
      }),
    );
    const listing = props.listing ?? [];
    for (const statement of [...listing, ...props.statements]) this.role.addToPolicy(statement);
    acknowledgeWildcards(this.role, listing, TRACING);

    this.lambda = new LambdaFunction(this, "Function", {
      description: props.description,
      code: bundledCode(props.program),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 1024,
      timeout: props.timeout,
      role: this.role,
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: {
        ...props.environment,
        POWERTOOLS_SERVICE_NAME: "stocktake",
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        NODE_OPTIONS: "--enable-source-maps",
      },
      ...(props.recursive && { recursiveLoop: RecursiveLoop.ALLOW }),
      ...(props.failedInvocations && { deadLetterQueue: props.failedInvocations }),
    });
  }
}
