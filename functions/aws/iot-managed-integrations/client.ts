/**
 * The client of IoT Managed Integrations (API version 2025-03-03). Requests are sent, signed, retried and answered by the client of Lambda,
 * which has the same protocol and is bundled anyway; stated here is what differs from service to service. What the API model says of
 * operations is in `generated.ts`. An error is known by the `name` that the service gave it: it has no class of its own.
 */

import { LambdaClient, type LambdaClientConfig, type LambdaClientResolvedConfig } from "@aws-sdk/client-lambda";
import { awsEndpointFunctions } from "@aws-sdk/core/client";
import { type Client, makeBuilder } from "@smithy/core/client";
import {
  customEndpointFunctions,
  EndpointCache,
  type EndpointParams,
  getEndpointPlugin,
  type RuleSetObject,
  resolveEndpoint,
} from "@smithy/core/endpoints";
import type {
  EndpointV2,
  HandlerExecutionContext,
  HttpAuthOption,
  HttpHandlerOptions,
  Logger,
  MetadataBearer,
  EndpointParameters as SmithyEndpointParameters,
  StaticOperationSchema,
} from "@smithy/types";

/** The service's id in the API model; the names of its endpoint variables and settings derive from it. */
const SERVICE_ID = "IoT Managed Integrations";
const SIGNING_NAME = "iotmanagedintegrations";
/** The namespace of the service's shapes in the API model. */
export const namespace = "com.amazonaws.iotmanagedintegrations";
/** What the endpoint depends on. */
interface EndpointParameters extends SmithyEndpointParameters {
  Region?: string | undefined;
  UseFIPS?: boolean | undefined;
  Endpoint?: string | undefined;
}

const host = (name: string) => ({ url: `https://${name}.{Region}.{PartitionResult#dualStackDnsSuffix}` });
const useFips = { fn: "booleanEquals", argv: [{ ref: "UseFIPS" }, true] };

/** The service's public endpoint rules. There is no dual-stack parameter: the only hosts are the dual-stack ones. */
const ENDPOINT_RULES: RuleSetObject = {
  version: "1.0",
  parameters: {
    UseFIPS: { builtIn: "AWS::UseFIPS", required: true, default: false, type: "Boolean" },
    Endpoint: { builtIn: "SDK::Endpoint", required: false, type: "String" },
    Region: { builtIn: "AWS::Region", required: false, type: "String" },
  },
  rules: [
    {
      type: "tree",
      conditions: [{ fn: "isSet", argv: [{ ref: "Endpoint" }] }],
      rules: [
        {
          type: "error",
          conditions: [useFips],
          error: "Invalid Configuration: FIPS and custom endpoint are not supported",
        },
        { type: "endpoint", conditions: [], endpoint: { url: { ref: "Endpoint" } } },
      ],
    },
    {
      type: "tree",
      conditions: [
        { fn: "isSet", argv: [{ ref: "Region" }] },
        { fn: "aws.partition", argv: [{ ref: "Region" }], assign: "PartitionResult" },
      ],
      rules: [
        { type: "endpoint", conditions: [useFips], endpoint: host("api.iotmanagedintegrations-fips") },
        { type: "endpoint", conditions: [], endpoint: host("api.iotmanagedintegrations") },
      ],
    },
    { type: "error", conditions: [], error: "Invalid Configuration: Missing Region" },
  ],
};

customEndpointFunctions.aws = awsEndpointFunctions; // what resolves the `aws.partition` of the rules
const endpoints = new EndpointCache({ size: 50, params: ["Endpoint", "Region", "UseFIPS"] });

/** The given endpoint if there is one, else `api.iotmanagedintegrations.<region>.api.aws` or its FIPS variant. */
function resolveServiceEndpoint(parameters: EndpointParameters, context: { logger?: Logger } = {}): EndpointV2 {
  const endpointParams = parameters as EndpointParams; // whose values may be undefined, which the rules read as not set
  return endpoints.get(endpointParams, () =>
    resolveEndpoint(ENDPOINT_RULES, { endpointParams, logger: context.logger }),
  );
}

/** How a request is signed: with SigV4, for this service and the client's region. */
function httpAuthSchemeProvider({ region }: { readonly region?: string }): HttpAuthOption[] {
  const propertiesExtractor = (config: object, context: HandlerExecutionContext) => ({
    signingProperties: { config, context },
  });
  return [{ schemeId: "aws.auth#sigv4", signingProperties: { name: SIGNING_NAME, region }, propertiesExtractor }];
}

/** What tells this service from Lambda, whose errors are not this one's. */
const SERVICE = {
  serviceId: SERVICE_ID,
  signingName: SIGNING_NAME,
  httpAuthSchemeProvider,
  protocolSettings: { defaultNamespace: namespace, errorTypeRegistries: [] },
};

/** Lambda's client, as one that takes other commands than Lambda's. */
const RestJsonClient = LambdaClient as unknown as new (
  configuration: LambdaClientConfig,
) => Client<HttpHandlerOptions, object, MetadataBearer, LambdaClientResolvedConfig>;

/** Sends commands to IoT Managed Integrations. Its configuration means what it means for every AWS SDK client. */
export class IoTManagedIntegrationsClient extends RestJsonClient {
  constructor(configuration: LambdaClientConfig = {}) {
    super({ endpointProvider: resolveServiceEndpoint, useDualstackEndpoint: false, ...configuration, ...SERVICE });
  }
}

const build = makeBuilder<LambdaClientResolvedConfig, object, MetadataBearer>(
  {
    UseFIPS: { type: "builtInParams", name: "useFipsEndpoint" },
    Endpoint: { type: "builtInParams", name: "endpoint" },
    Region: { type: "builtInParams", name: "region" },
  },
  "IotManagedIntegrations",
  "IoTManagedIntegrationsClient",
  getEndpointPlugin,
);

/** The command class of an operation. */
export function commandOf<Input extends object, Output extends MetadataBearer>(operation: StaticOperationSchema) {
  return build<Input, Output>({}, () => [], operation[2], operation);
}
