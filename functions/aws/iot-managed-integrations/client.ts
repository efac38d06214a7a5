import {
  getHostHeaderPlugin,
  getLoggerPlugin,
  getRecursionDetectionPlugin,
  getUserAgentPlugin,
} from "@aws-sdk/core/client";
import {
  DefaultIdentityProviderConfig,
  getHttpAuthSchemeEndpointRuleSetPlugin,
  getHttpSigningPlugin,
} from "@smithy/core";
import { Client } from "@smithy/core/client";
import { getContentLengthPlugin } from "@smithy/core/protocols";
import { getRetryPlugin } from "@smithy/core/retry";
import { getSchemaSerdePlugin } from "@smithy/core/schema";
import type { HttpHandlerOptions } from "@smithy/types";
import { httpAuthSchemeParametersProvider, sigV4 } from "./auth.ts";
import {
  type IoTManagedIntegrationsClientConfig,
  type IoTManagedIntegrationsClientResolvedConfig,
  resolveConfig,
} from "./config.ts";
import type { ListAccountAssociationsCommandInput, ListAccountAssociationsCommandOutput } from "./models.ts";

/**
 * Sends commands to IoT Managed Integrations: signed with SigV4, retried, answered with typed errors. The middleware
 * is the same, in the same order, as in the clients that are generated for Node.js.
 */
export class IoTManagedIntegrationsClient extends Client<
  HttpHandlerOptions,
  ListAccountAssociationsCommandInput,
  ListAccountAssociationsCommandOutput,
  IoTManagedIntegrationsClientResolvedConfig
> {
  constructor(configuration: IoTManagedIntegrationsClientConfig = {}) {
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
        httpAuthSchemeParametersProvider,
        identityProviderConfigProvider: async ({ credentials }: IoTManagedIntegrationsClientResolvedConfig) =>
          new DefaultIdentityProviderConfig({ [sigV4]: credentials }),
      }),
    );
    this.middlewareStack.use(getHttpSigningPlugin(this.config));
  }
}
