import { awsEndpointFunctions } from "@aws-sdk/core/client";
import {
  customEndpointFunctions,
  EndpointCache,
  type EndpointParams,
  type RuleSetObject,
  resolveEndpoint,
} from "@smithy/core/endpoints";
import type {
  EndpointParameterInstructions,
  EndpointV2,
  Logger,
  EndpointParameters as SmithyEndpointParameters,
} from "@smithy/types";

/** What the endpoint depends on. */
export interface EndpointParameters extends SmithyEndpointParameters {
  Region?: string | undefined;
  UseFIPS?: boolean | undefined;
  Endpoint?: string | undefined;
}

/** Which setting of the client each endpoint parameter is read from. */
export const endpointParameters: EndpointParameterInstructions = {
  UseFIPS: { type: "builtInParams", name: "useFipsEndpoint" },
  Endpoint: { type: "builtInParams", name: "endpoint" },
  Region: { type: "builtInParams", name: "region" },
};

const host = (name: string) => ({ url: `https://${name}.{Region}.{PartitionResult#dualStackDnsSuffix}` });
const useFips = { fn: "booleanEquals", argv: [{ ref: "UseFIPS" }, true] };

/** The service's public endpoint rules. There is no dual-stack parameter: the only hosts are the dual-stack ones. */
const rules: RuleSetObject = {
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
const cache = new EndpointCache({ size: 50, params: ["Endpoint", "Region", "UseFIPS"] });

/**
 * The endpoint for these parameters: the given one if there is one, else `api.iotmanagedintegrations.<region>.api.aws`
 * (or its FIPS variant).
 *
 * @throws EndpointError if there is no region, or FIPS is asked of a given endpoint
 */
export function resolveServiceEndpoint(parameters: EndpointParameters, context: { logger?: Logger } = {}): EndpointV2 {
  const endpointParams = parameters as EndpointParams; // whose values may be undefined, which the rules read as not set
  return cache.get(endpointParams, () => resolveEndpoint(rules, { endpointParams, logger: context.logger }));
}
