import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpIamAuthorizer, HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { NodeFunction } from "./node-function.ts";
import { readStatements } from "./permissions.ts";
import type { JwtAuthorization } from "./settings.ts";
import type { Tables } from "./tables.ts";
import type { ResolvedSource } from "./targets.ts";

export interface ReadApiProps {
  readonly sources: readonly ResolvedSource[];
  readonly tables: Tables;
  readonly retentionDays: number;
  /** Default: IAM. */
  readonly jwt?: JwtAuthorization;
}

const THROTTLE = { rateLimit: 50, burstLimit: 100 };

/** The HTTP API over the tables: every route has an authorizer, and its function may only read. */
export class ReadApi extends Construct {
  readonly function: NodeFunction;
  readonly api: HttpApi;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, { sources, tables, retentionDays, jwt }: ReadApiProps) {
    super(scope, id);
    this.function = new NodeFunction(this, "Read", {
      program: "api",
      description: "Stocktake: answers the read API",
      // API Gateway waits 30 seconds.
      timeout: Duration.seconds(29),
      environment: {
        ...tables.environment,
        STOCKTAKE_RETENTION_DAYS: String(retentionDays),
        STOCKTAKE_SCHEDULES: JSON.stringify(
          Object.fromEntries(sources.map(({ source, intervalMinutes }) => [source.id, intervalMinutes])),
        ),
      },
      statements: readStatements(tables),
    });
    Validations.of(this.function.lambda).acknowledge({
      id: "Serverless-LambdaDLQ",
      reason: "API Gateway waits for the response: no invocation is asynchronous, so none can fail unnoticed.",
    });

    this.api = new HttpApi(this, "Api", {
      apiName: Stack.of(this).stackName,
      description: "Stocktake: the inventory, now and at any instant",
      createDefaultStage: false,
    });
    this.api.addRoutes({
      path: "/v1/{proxy+}",
      methods: [HttpMethod.GET, HttpMethod.HEAD],
      integration: new HttpLambdaIntegration("Integration", this.function.lambda),
      authorizer: authorizer(jwt),
    });

    this.accessLog = new LogGroup(this, "AccessLog", {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: { destination: new LogGroupLogDestination(this.accessLog), format: accessLogFormat() },
    });
  }
}

function authorizer(jwt: JwtAuthorization | undefined): IHttpRouteAuthorizer {
  if (!jwt) return new HttpIamAuthorizer();
  return new HttpJwtAuthorizer("Jwt", jwt.issuer, { jwtAudience: [...jwt.audience] });
}

function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      apiId: AccessLogField.contextApiId(),
      requestId: AccessLogField.contextRequestId(),
      time: AccessLogField.contextRequestTime(),
      ip: AccessLogField.contextIdentitySourceIp(),
      userArn: AccessLogField.contextIdentityUserArn(),
      subject: AccessLogField.contextAuthorizer("claims.sub"),
      method: AccessLogField.contextHttpMethod(),
      path: AccessLogField.contextPath(),
      status: AccessLogField.contextStatus(),
      bytes: AccessLogField.contextResponseLength(),
      latency: AccessLogField.contextResponseLatency(),
      error: AccessLogField.contextErrorMessage(),
      authorizerError: AccessLogField.contextAuthorizerError(),
      integrationError: AccessLogField.contextIntegrationErrorMessage(),
    }),
  );
}
