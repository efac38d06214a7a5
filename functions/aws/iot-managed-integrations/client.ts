/**
 * The protocol of IoT Managed Integrations (API version 2025-03-03): how its requests are configured, addressed, signed, retried and
 * answered. The middleware is the same, in the same order, as in the clients that are generated for Node.js; what a generated client has
 * of the service's own model is in `generated.ts`.
 */
import {
  awsEndpointFunctions,
  createDefaultUserAgentProvider,
  getHostHeaderPlugin,
  getLoggerPlugin,
  getRecursionDetectionPlugin,
  getUserAgentPlugin,
  NODE_APP_ID_CONFIG_OPTIONS,
  resolveHostHeaderConfig,
  resolveUserAgentConfig,
  type UserAgentInputConfig,
} from "@aws-sdk/core/client";
import {
  type AwsSdkSigV4AuthInputConfig,
  AwsSdkSigV4Signer,
  resolveAwsSdkSigV4Config,
} from "@aws-sdk/core/httpAuthSchemes";
import { AwsRestJsonProtocol } from "@aws-sdk/core/protocols";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import {
  DefaultIdentityProviderConfig,
  getHttpAuthSchemeEndpointRuleSetPlugin,
  getHttpSigningPlugin,
} from "@smithy/core";
import { Sha256 } from "@smithy/core/checksum";
import {
  Client,
  type DefaultsMode,
  loadConfigsForDefaultMode,
  makeBuilder,
  NoOpLogger,
  ServiceException,
  type ServiceExceptionOptions,
} from "@smithy/core/client";
import {
  loadConfig,
  NODE_REGION_CONFIG_FILE_OPTIONS,
  NODE_REGION_CONFIG_OPTIONS,
  NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS,
  type RegionInputConfig,
  resolveDefaultsModeConfig,
  resolveRegionConfig,
} from "@smithy/core/config";
import {
  customEndpointFunctions,
  EndpointCache,
  type EndpointInputConfig,
  type EndpointParams,
  getEndpointPlugin,
  type RuleSetObject,
  resolveEndpoint,
  resolveEndpointConfig,
} from "@smithy/core/endpoints";
import { getContentLengthPlugin, type HttpHandlerUserInput, parseUrl } from "@smithy/core/protocols";
import {
  DEFAULT_RETRY_MODE,
  getRetryPlugin,
  NODE_MAX_ATTEMPT_CONFIG_OPTIONS,
  NODE_RETRY_MODE_CONFIG_OPTIONS,
  type RetryInputConfig,
  resolveRetryConfig,
} from "@smithy/core/retry";
import { getSchemaSerdePlugin, TypeRegistry } from "@smithy/core/schema";
import { calculateBodyLength, fromBase64, fromUtf8, toBase64, toUtf8 } from "@smithy/core/serde";
import { NodeHttpHandler, streamCollector } from "@smithy/node-http-handler";
import type {
  EndpointV2,
  HandlerExecutionContext,
  HttpAuthOption,
  HttpAuthSchemeParameters,
  HttpHandlerOptions,
  Logger,
  MetadataBearer,
  Provider,
  EndpointParameters as SmithyEndpointParameters,
  StaticOperationSchema,
} from "@smithy/types";

/** The service's id in the API model; the names of its endpoint variables and settings derive from it. */
const SERVICE_ID = "IoT Managed Integrations";
const SIGNING_NAME = "iotmanagedintegrations";
/** The namespace of the service's shapes in the API model. */
export const namespace = "com.amazonaws.iotmanagedintegrations";
/** The namespace in which the SDK runtime looks for a service's base exception; generated clients use the same. */
const syntheticNamespace = `smithy.ts.sdk.synthetic.${namespace}`;

/**
 * Any error response of the service. One that the API model does not declare is an instance of this class only, with the `name` that
 * the service gave it.
 *
 * `instanceof` on errors of the SDK runtime compares shape ids, and only falls back on names. So the `shapeId` of this class and of the
 * modeled errors keeps them apart from the errors of the same name that other services' clients raise, if those declare theirs.
 */
export class IoTManagedIntegrationsServiceException extends ServiceException {
  static override readonly shapeId: string = `${syntheticNamespace}#IoTManagedIntegrationsServiceException`;
}

const modeledErrors = new TypeRegistry(namespace);
const baseError = new TypeRegistry(syntheticNamespace);
baseError.registerError(
  [-3, syntheticNamespace, "IoTManagedIntegrationsServiceException", 0, [], []],
  IoTManagedIntegrationsServiceException,
);

/** The class of an error that the API model declares; answers of that name are raised as it. */
export function modeledError(name: string, fault: "client" | "server", status: number) {
  const ModeledError = class extends IoTManagedIntegrationsServiceException {
    static override readonly shapeId = `${namespace}#${name}`;
    override readonly name = name;
    override readonly $fault = fault;

    constructor(options: Pick<ServiceExceptionOptions, "message" | "$metadata">) {
      super({ name, $fault: fault, ...options });
    }
  };
  modeledErrors.registerError(
    [-3, namespace, name, { error: fault, httpError: status }, ["Message"], [0]],
    ModeledError,
  );
  return ModeledError;
}

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

/** The one authentication scheme of the service, by the name that the SDK runtime knows it. */
const SIGV4 = "aws.auth#sigv4";

interface AuthParameters extends HttpAuthSchemeParameters {
  region: string;
}

/** How a request may be signed: with SigV4, for this service and the client's region. */
function httpAuthSchemeProvider({ region }: AuthParameters): HttpAuthOption[] {
  const propertiesExtractor = (config: object, context: HandlerExecutionContext) => ({
    signingProperties: { config, context },
  });
  return [{ schemeId: SIGV4, signingProperties: { name: SIGNING_NAME, region }, propertiesExtractor }];
}

/**
 * The constructor's configuration. It means what it means for every AWS SDK client: what is not given is read from the
 * environment, then from the shared configuration files, then from the credential chain or the SDK's defaults.
 */
interface ClientConfig
  extends UserAgentInputConfig,
    RetryInputConfig,
    RegionInputConfig,
    Omit<EndpointInputConfig<EndpointParameters>, "useFipsEndpoint">,
    AwsSdkSigV4AuthInputConfig {
  /** How the defaults for retries and timeouts are chosen. */
  defaultsMode?: DefaultsMode | Provider<DefaultsMode>;
  logger?: Logger;
  /** The profile of the shared configuration files to read instead of the one that `AWS_PROFILE` names. */
  profile?: string;
  /** A request handler, or options for the default one. */
  requestHandler?: HttpHandlerUserInput;
  /** `standard` or `adaptive`. */
  retryMode?: string | Provider<string>;
}

/** The configuration with every gap filled: each default is a provider that is read when a request needs it. */
function withDefaults(config: ClientConfig) {
  const logger = config.logger ?? new NoOpLogger();
  const loader = { profile: config.profile, logger };
  const defaultsMode = resolveDefaultsModeConfig(config);
  const modeDefaults = () => defaultsMode().then(loadConfigsForDefaultMode);
  const retryModeOptions = {
    ...NODE_RETRY_MODE_CONFIG_OPTIONS,
    default: async () => (await modeDefaults()).retryMode || DEFAULT_RETRY_MODE,
  };
  return {
    ...config,
    apiVersion: "2025-03-03",
    base64Decoder: fromBase64,
    base64Encoder: toBase64,
    bodyLengthChecker: calculateBodyLength,
    credentialDefaultProvider: defaultProvider,
    defaultSigningName: SIGNING_NAME,
    defaultUserAgentProvider: createDefaultUserAgentProvider({ serviceId: SERVICE_ID, clientVersion: "0.1.0" }),
    defaultsMode,
    disableHostPrefix: false,
    endpointProvider: config.endpointProvider ?? resolveServiceEndpoint,
    httpAuthSchemeProvider,
    httpAuthSchemes: [
      {
        schemeId: SIGV4,
        identityProvider: (providers: { getIdentityProvider(scheme: string): never }) =>
          providers.getIdentityProvider(SIGV4),
        signer: new AwsSdkSigV4Signer(),
      },
    ],
    logger,
    maxAttempts: config.maxAttempts ?? loadConfig(NODE_MAX_ATTEMPT_CONFIG_OPTIONS, loader),
    protocol: new AwsRestJsonProtocol({ defaultNamespace: namespace, errorTypeRegistries: [baseError, modeledErrors] }),
    region: config.region ?? loadConfig(NODE_REGION_CONFIG_OPTIONS, { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...loader }),
    requestHandler: NodeHttpHandler.create(config.requestHandler ?? modeDefaults),
    retryMode: config.retryMode ?? loadConfig(retryModeOptions, loader),
    runtime: "node",
    serviceId: SERVICE_ID,
    sha256: Sha256,
    streamCollector,
    urlParser: parseUrl,
    useDualstackEndpoint: config.useDualstackEndpoint ?? false,
    useFipsEndpoint: config.useFipsEndpoint ?? loadConfig(NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS, loader),
    userAgentAppId: config.userAgentAppId ?? loadConfig(NODE_APP_ID_CONFIG_OPTIONS, loader),
    utf8Decoder: fromUtf8,
    utf8Encoder: toUtf8,
  };
}

/** What the client and its middleware work with. Each resolver normalises its part of one and the same object. */
function resolveConfig(config: ClientConfig) {
  const regional = resolveRegionConfig(resolveRetryConfig(resolveUserAgentConfig(withDefaults(config))));
  return resolveAwsSdkSigV4Config(resolveEndpointConfig(resolveHostHeaderConfig(regional)));
}

type ResolvedConfig = ReturnType<typeof resolveConfig>;

/** Sends commands to IoT Managed Integrations: signed with SigV4, retried, answered with typed errors. */
export class IoTManagedIntegrationsClient extends Client<HttpHandlerOptions, object, MetadataBearer, ResolvedConfig> {
  constructor(configuration: ClientConfig = {}) {
    super(resolveConfig(configuration));
    this.middlewareStack.use(getSchemaSerdePlugin(this.config));
    this.middlewareStack.use(getUserAgentPlugin(this.config));
    this.middlewareStack.use(getRetryPlugin(this.config));
    this.middlewareStack.use(getContentLengthPlugin(this.config));
    this.middlewareStack.use(getHostHeaderPlugin(this.config));
    this.middlewareStack.use(getLoggerPlugin(this.config));
    this.middlewareStack.use(getRecursionDetectionPlugin(this.config));
    this.middlewareStack.use(
      getHttpAuthSchemeEndpointRuleSetPlugin(this.config, {
        httpAuthSchemeParametersProvider: async ({ region }: ResolvedConfig) => ({ region: await region() }),
        identityProviderConfigProvider: async ({ credentials }: ResolvedConfig) =>
          new DefaultIdentityProviderConfig({ [SIGV4]: credentials }),
      }),
    );
    this.middlewareStack.use(getHttpSigningPlugin(this.config));
  }
}

const build = makeBuilder<ResolvedConfig, object, MetadataBearer>(
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
