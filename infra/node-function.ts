import { type Duration, PhysicalName, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Function as LambdaFunction, RecursiveLoop, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { METRICS_NAMESPACE } from "../functions/lambda/metrics.ts";
import type { Program } from "./bundle.ts";
import { bundledCode } from "./bundled-code.ts";
import { acknowledgeWildcards } from "./permissions.ts";

/** What active tracing lets a function do. */
const TRACING = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

export interface NodeFunctionProps {
  readonly program: Program;
  readonly description: string;
  readonly timeout: Duration;
  readonly environment: Record<string, string>;
  /** What it may do in the accounts that are inventoried. */
  readonly listing?: readonly PolicyStatement[];
  /** What it may do with the inventory's own parts, beside writing its log and its traces. */
  readonly statements: readonly PolicyStatement[];
  /** Whether it sends messages to itself, many in a row, which Lambda would take for a mistake. */
  readonly recursive?: boolean;
  /** Where asynchronous invocations go that fail for good. */
  readonly lostInvocations?: IQueue;
}

/** A function with a role of its own that may do what it is told here and nothing else, a log that expires, and traces. */
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
      // A name that can be known beforehand is made only when another account has to trust it.
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
      ...(props.lostInvocations && { deadLetterQueue: props.lostInvocations }),
    });
  }
}
