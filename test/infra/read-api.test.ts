import { beforeAll, describe, expect, test } from "vitest";
import { serviceOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { TABLES } from "../../functions/store/dynamodb/schema.ts";
import { type Deployment, deployment, type Resource, referred } from "./deployment.ts";

const JWT = { issuer: "https://login.example.com/", audience: ["stocktake"] };

let iam: Deployment;
let jwt: Deployment;

beforeAll(() => {
  iam = deployment();
  jwt = deployment({ api: { jwt: JWT, cors: { allowOrigins: ["https://console.example.com"] } } });
});

describe("every route has an authorizer", () => {
  const routes = (from: Deployment) => from.resources("AWS::ApiGatewayV2::Route").map(({ Properties }) => Properties);

  test("of IAM by default", () => {
    expect(routes(iam).map(({ RouteKey }) => RouteKey)).toEqual(["GET /v1/{proxy+}", "HEAD /v1/{proxy+}"]);
    for (const { AuthorizationType } of routes(iam)) expect(AuthorizationType).toBe("AWS_IAM");
    expect(iam.resources("AWS::ApiGatewayV2::Authorizer")).toEqual([]);
  });

  test("of the issuer's tokens when configured", () => {
    const [authorizer, ...others] = jwt.resources("AWS::ApiGatewayV2::Authorizer");
    expect(others).toEqual([]);
    expect(authorizer?.Properties).toMatchObject({
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
      JwtConfiguration: { Issuer: JWT.issuer, Audience: JWT.audience },
    });
    expect(routes(jwt)).toHaveLength(2);
    for (const { AuthorizationType, AuthorizerId } of routes(jwt)) {
      expect([AuthorizationType, referred(AuthorizerId)]).toEqual(["JWT", authorizer?.id]);
    }
  });

  test("and no other routes exist", () => {
    for (const { Properties } of [
      ...iam.resources("AWS::ApiGatewayV2::Api"),
      ...jwt.resources("AWS::ApiGatewayV2::Api"),
    ]) {
      // A target or a body would add routes.
      const { CorsConfiguration: _, ...others } = Properties;
      expect(Object.keys(others).sort()).toEqual(["Description", "Name", "ProtocolType"]);
    }
  });

  test("and pages of other origins may read only where the setting names them", () => {
    const corsOf = (from: Deployment) =>
      from.resources("AWS::ApiGatewayV2::Api").map(({ Properties }) => Properties.CorsConfiguration);
    expect(corsOf(iam)).toEqual([undefined]);
    expect(corsOf(jwt)).toMatchObject([
      {
        AllowOrigins: ["https://console.example.com"],
        AllowMethods: ["GET", "HEAD"],
        AllowHeaders: expect.arrayContaining(["authorization", "x-amz-date", "x-amz-security-token"]),
        ExposeHeaders: expect.arrayContaining(["etag", "link"]),
      },
    ]);
  });
});

test("its stage is throttled and logs each request as JSON", () => {
  const [stage, ...others] = iam.resources("AWS::ApiGatewayV2::Stage");
  expect(others).toEqual([]);
  const { AccessLogSettings, DefaultRouteSettings, AutoDeploy, StageName } = stage?.Properties ?? {};
  expect([StageName, AutoDeploy]).toEqual(["$default", true]);
  expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
  expect(Object.keys(JSON.parse(AccessLogSettings.Format))).toContain("requestId");
  const log = iam.resource(referred(AccessLogSettings.DestinationArn));
  expect(log.Type).toBe("AWS::Logs::LogGroup");
  expect(log.Properties.RetentionInDays).toBe(30);
});

test("its function knows which sources are deployed and how often each is synced", () => {
  const tuned = deployment({ sources: { [SOURCES[0]?.id ?? ""]: { intervalMinutes: 15 } } });
  const [lambda] = tuned
    .resources("AWS::Lambda::Function")
    .filter(({ Properties }) => Properties.Environment.Variables.STOCKTAKE_SCHEDULES);
  expect(lambda?.Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"], Timeout: 29 });
  const { STOCKTAKE_SCHEDULES, STOCKTAKE_RETENTION_DAYS, STOCKTAKE_SERVICE } =
    lambda?.Properties.Environment.Variables ?? {};
  const minutes = SOURCES.map(({ id, intervalMinutes }, index) => [id, index === 0 ? 15 : intervalMinutes]);
  expect(JSON.parse(STOCKTAKE_SCHEDULES)).toEqual(Object.fromEntries(minutes));
  expect(STOCKTAKE_RETENTION_DAYS).toBe("400");
  expect(STOCKTAKE_SERVICE).toBeUndefined();
});

test("the outputs name the API, each service's function, the tables, the events' bus and the readers' role", () => {
  const { Outputs } = iam.template.toJSON();
  expect(Object.keys(Outputs).sort()).toEqual(["ApiUrl", "EventBus", "Functions", "ReaderRole", "Tables"]);
  expect(Outputs.ApiUrl.Value["Fn::GetAtt"][1]).toBe("ApiEndpoint");
  expect(Outputs.ReaderRole.Value["Fn::Join"][1].at(-1)).toBe(":iam::{account}:role/Stocktake-eu-west-1-reader");
  const parsed = (output: string, nameOf: (resource: Resource) => string) => {
    const parts = Outputs[output].Value["Fn::Join"][1];
    return JSON.parse(parts.map((part: unknown) => (typeof part === "string" ? part : named(part, nameOf))).join(""));
  };
  const named = (part: unknown, nameOf: (resource: Resource) => string) => nameOf(iam.resource(referred(part)));
  const services = [...new Set(SOURCES.map(({ id }) => serviceOf(id)))];
  expect(parsed("Functions", ({ Properties }) => Properties.FunctionName)).toEqual(
    Object.fromEntries(services.map((service) => [service, `Stocktake-${service}`])),
  );
  const tables = parsed("Tables", ({ id }) => id.replace(/^InventoryTables/, ""));
  expect(Object.keys(tables)).toEqual(Object.keys(TABLES));
  for (const [id, logicalId] of Object.entries<string>(tables)) expect(logicalId).toMatch(new RegExp(`^${id}`));
});
