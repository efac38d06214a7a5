import {
  createDefaultUserAgentProvider,
  NODE_APP_ID_CONFIG_OPTIONS,
  resolveHostHeaderConfig,
  resolveUserAgentConfig,
  type UserAgentInputConfig,
} from "@aws-sdk/core/client";
import { type AwsSdkSigV4AuthInputConfig, resolveAwsSdkSigV4Config } from "@aws-sdk/core/httpAuthSchemes";
import { AwsRestJsonProtocol } from "@aws-sdk/core/protocols";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { Sha256 } from "@smithy/core/checksum";
import { type DefaultsMode, loadConfigsForDefaultMode, NoOpLogger } from "@smithy/core/client";
import {
  loadConfig,
  NODE_REGION_CONFIG_FILE_OPTIONS,
  NODE_REGION_CONFIG_OPTIONS,
  NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS,
  type RegionInputConfig,
  resolveDefaultsModeConfig,
  resolveRegionConfig,
} from "@smithy/core/config";
import { type EndpointInputConfig, resolveEndpointConfig } from "@smithy/core/endpoints";
import { type HttpHandlerUserInput, parseUrl } from "@smithy/core/protocols";
import {
  DEFAULT_RETRY_MODE,
  NODE_MAX_ATTEMPT_CONFIG_OPTIONS,
  NODE_RETRY_MODE_CONFIG_OPTIONS,
  type RetryInputConfig,
  resolveRetryConfig,
} from "@smithy/core/retry";
import { calculateBodyLength, fromBase64, fromUtf8, toBase64, toUtf8 } from "@smithy/core/serde";
import { NodeHttpHandler, streamCollector } from "@smithy/node-http-handler";
import type { Logger, Provider } from "@smithy/types";
import { httpAuthSchemeProvider, httpAuthSchemes, signingName } from "./auth.ts";
import { type EndpointParameters, resolveServiceEndpoint } from "./endpoint.ts";
import { namespace } from "./errors.ts";
import { errorTypeRegistries } from "./schemas.ts";

/** The service's id in the API model; the names of its endpoint variables and settings derive from it. */
const serviceId = "IoT Managed Integrations";

/** The version that the user agent names. */
const clientVersion = "0.1.0";

/**
 * The constructor's configuration. It means what it means for every AWS SDK client: what is not given is read from the
 * environment, then from the shared configuration files, then from the credential chain or the SDK's defaults.
 */
export interface IoTManagedIntegrationsClientConfig
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
function withDefaults(config: IoTManagedIntegrationsClientConfig) {
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
    defaultSigningName: signingName,
    defaultUserAgentProvider: createDefaultUserAgentProvider({ serviceId, clientVersion }),
    defaultsMode,
    disableHostPrefix: false,
    endpointProvider: config.endpointProvider ?? resolveServiceEndpoint,
    httpAuthSchemeProvider,
    httpAuthSchemes,
    logger,
    maxAttempts: config.maxAttempts ?? loadConfig(NODE_MAX_ATTEMPT_CONFIG_OPTIONS, loader),
    protocol: new AwsRestJsonProtocol({ defaultNamespace: namespace, errorTypeRegistries }),
    region: config.region ?? loadConfig(NODE_REGION_CONFIG_OPTIONS, { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...loader }),
    requestHandler: NodeHttpHandler.create(config.requestHandler ?? modeDefaults),
    retryMode: config.retryMode ?? loadConfig(retryModeOptions, loader),
    runtime: "node",
    serviceId,
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
export function resolveConfig(config: IoTManagedIntegrationsClientConfig) {
  const regional = resolveRegionConfig(resolveRetryConfig(resolveUserAgentConfig(withDefaults(config))));
  return resolveAwsSdkSigV4Config(resolveEndpointConfig(resolveHostHeaderConfig(regional)));
}

export type IoTManagedIntegrationsClientResolvedConfig = ReturnType<typeof resolveConfig>;
