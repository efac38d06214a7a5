import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import {
  Architecture,
  CfnEventInvokeConfig,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { bundledCode } from "./bundled-code.ts";
import type { Names } from "./names.ts";
import { acknowledgeWildcards, type Grants, policyOf } from "./permissions.ts";
import { type Program, programName } from "./program.ts";

/** What all functions of an inventory share. */
export interface FunctionSettings {
  readonly names: Names;
  readonly tracing: boolean;
  /** Encrypts the log. Default: a key of CloudWatch's own. */
  readonly encryptionKey?: IKey;
}

export interface NodeFunctionProps extends FunctionSettings {
  readonly program: Program;
  readonly description: string;
  readonly timeout: Duration;
  readonly environment: Record<string, string>;
  /** Its permissions, besides writing its log and traces. */
  readonly grants: readonly Grants[];
  readonly reservedConcurrency?: number;
}

/** The actions of active tracing. */
const TRACING: Grants = {
  statements: [
    new PolicyStatement({ actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources: ["*"] }),
  ],
  wildcards: "IAM knows no resource for the actions of tracing.",
};

/** What an invocation did not do is due again: nothing needs to be repeated, or kept for long while Lambda cannot start it. */
const ASYNCHRONOUS = { retryAttempts: 0, maxEventAge: Duration.minutes(5) };

/** A function with a role of its own that has exactly the given permissions, and a log that expires. Both have fixed names. */
export class NodeFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { names, program, description, tracing, encryptionKey } = props;
    const part = programName(program);
    const logGroup = new LogGroup(this, "Log", {
      logGroupName: `/aws/lambda/${names.functionName(part)}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryptionKey }),
    });
    const writesLog = new PolicyStatement({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    });
    const grants = [{ statements: [writesLog] }, ...props.grants, ...(tracing ? [TRACING] : [])];
    const role = new Role(this, "Role", {
      roleName: names.roleName(part),
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description,
      inlinePolicies: { Permissions: policyOf(grants) },
    });
    acknowledgeWildcards(role, grants);

    this.lambda = new LambdaFunction(this, "Function", {
      functionName: names.functionName(part),
      description,
      code: bundledCode(program),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 1024,
      timeout: props.timeout,
      // The role has all its permissions, and the function's reference to it is all the order that there must be.
      role: Role.fromRoleArn(this, "Permitted", role.roleArn, { mutable: false }),
      logGroup,
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: {
        ...props.environment,
        POWERTOOLS_SERVICE_NAME: "stocktake",
        NODE_OPTIONS: "--enable-source-maps",
      },
      ...(program !== "api" && ASYNCHRONOUS),
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
    });
    acknowledge(this.lambda, tracing);
  }
}

/** Gives the reasons for what serverless rules would have otherwise. */
function acknowledge(lambda: LambdaFunction, tracing: boolean): void {
  const nothingKept =
    "What an invocation did not do is due again, and the API waits for its own: nothing has to be kept.";
  for (const child of lambda.node.findAll()) {
    if (child === lambda.node.defaultChild) {
      Validations.of(child).acknowledge({ id: "Serverless-LambdaDLQ", reason: nothingKept });
      if (tracing) continue;
      const reason = "Tracing costs by the invocation, and logs tell the same: it is a setting, off by default.";
      Validations.of(child).acknowledge({ id: "Serverless-LambdaTracing", reason });
    } else if (child instanceof CfnEventInvokeConfig) {
      Validations.of(child).acknowledge({ id: "Serverless-LambdaAsyncFailureDestination", reason: nothingKept });
    }
  }
}
