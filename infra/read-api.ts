import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { AccessLogField, AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpIamAuthorizer, HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { AccountPrincipal, CompositePrincipal, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { type FunctionSettings, NodeFunction } from "./node-function.ts";
import { acknowledgeWildcards, type Grants, policyOf, READ_OPERATIONS, tableGrants } from "./permissions.ts";
import type { Cors, JwtAuthorization } from "./settings.ts";
import type { ResolvedSource } from "./sources.ts";
import type { Tables } from "./tables.ts";

export interface ReadApiProps {
  readonly functions: FunctionSettings;
  readonly sources: readonly ResolvedSource[];
  readonly tables: Tables;
  readonly retentionDays: number;
  /** Default: IAM. */
  readonly jwt?: JwtAuthorization;
  /** Default: no page of another origin may read it. */
  readonly cors?: Cors;
  /** Accounts whose people may assume a role that reads it. */
  readonly readers?: readonly string[];
}

const THROTTLE = { rateLimit: 50, burstLimit: 100 };

/** The HTTP API over the tables: every route has an authorizer, and its function may only read. */
export class ReadApi extends Construct {
  readonly function: NodeFunction;
  readonly api: HttpApi;
  readonly accessLog: LogGroup;
  /** The role that people of other accounts read it through. */
  readonly readerRole?: Role;

  constructor(scope: Construct, id: string, props: ReadApiProps) {
    super(scope, id);
    const { functions, tables, jwt, cors, readers = [] } = props;
    this.function = new NodeFunction(this, "Read", {
      ...functions,
      program: "api",
      description: "Stocktake: answers the read API",
      // API Gateway waits 30 seconds.
      timeout: Duration.seconds(29),
      environment: readingEnvironment(props),
      grants: [tableGrants(tables, READ_OPERATIONS)],
    });

    this.api = new HttpApi(this, "Api", {
      apiName: functions.names.inventory,
      description: "Stocktake: the inventory, now and at any instant",
      createDefaultStage: false,
      ...(cors && { corsPreflight: corsPreflight(cors) }),
    });
    this.api.addRoutes({
      path: "/v1/{proxy+}",
      methods: [HttpMethod.GET, HttpMethod.HEAD],
      integration: new HttpLambdaIntegration("Integration", this.function.lambda),
      authorizer: authorizer(jwt),
    });

    this.accessLog = new LogGroup(this, "AccessLog", {
      // Logs below this name need no resource policy, which grows with each.
      logGroupName: `/aws/vendedlogs/apis/${functions.names.inventory}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(functions.encryptionKey && { encryptionKey: functions.encryptionKey }),
    });
    new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: { destination: new LogGroupLogDestination(this.accessLog), format: accessLogFormat() },
    });
    if (readers.length > 0) this.readerRole = this.createReaderRole(functions.names.roleName("api-reader"), readers);
  }

  private createReaderRole(roleName: string, accounts: readonly string[]): Role {
    const grants: Grants = {
      statements: [
        new PolicyStatement({
          actions: ["execute-api:Invoke"],
          resources: ["GET", "HEAD"].map((method) => this.api.arnForExecuteApi(method, "/v1/*", "*")),
        }),
      ],
      wildcards: "Every path of the API may be read.",
    };
    const role = new Role(this, "Reader", {
      roleName,
      description: "Stocktake: reads the API from other accounts",
      assumedBy: new CompositePrincipal(...accounts.map((account) => new AccountPrincipal(account))),
      inlinePolicies: { Read: policyOf([grants]) },
    });
    acknowledgeWildcards(role, [grants]);
    return role;
  }
}

/** What a function is told that reads the inventory: the tables, the retention and the sources. */
export function readingEnvironment({
  tables,
  retentionDays,
  sources,
}: Pick<ReadApiProps, "tables" | "retentionDays" | "sources">): Record<string, string> {
  const schedules = sources.map(({ source, intervalMinutes }) => [source.id, intervalMinutes]);
  return {
    ...tables.environment,
    STOCKTAKE_RETENTION_DAYS: String(retentionDays),
    STOCKTAKE_SCHEDULES: JSON.stringify(Object.fromEntries(schedules)),
  };
}

function authorizer(jwt: JwtAuthorization | undefined): IHttpRouteAuthorizer {
  if (!jwt) return new HttpIamAuthorizer();
  return new HttpJwtAuthorizer("Jwt", jwt.issuer, { jwtAudience: [...jwt.audience] });
}

/** What API Gateway answers to browsers by itself: a preflight is not authorized, the request that follows is. */
function corsPreflight({ allowOrigins }: Cors): CorsPreflightOptions {
  return {
    allowOrigins: [...allowOrigins],
    allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.HEAD],
    allowHeaders: [...CORS_REQUEST_HEADERS],
    exposeHeaders: [...CORS_RESPONSE_HEADERS],
    maxAge: Duration.hours(1),
  };
}

/** What signed requests, and those with a token, send. */
const CORS_REQUEST_HEADERS = [
  ...["accept", "authorization", "if-none-match"],
  ...["x-amz-content-sha256", "x-amz-date", "x-amz-security-token"],
];
const CORS_RESPONSE_HEADERS = ["as-of", "etag", "link", "retry-after"];

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
