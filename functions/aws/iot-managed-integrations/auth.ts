import { AwsSdkSigV4Signer } from "@aws-sdk/core/httpAuthSchemes";
import type {
  HandlerExecutionContext,
  HttpAuthOption,
  HttpAuthScheme,
  HttpAuthSchemeParameters,
  Provider,
} from "@smithy/types";

/** The service name that requests are signed for: `signingName` in the API model. */
export const signingName = "iotmanagedintegrations";

/** The one authentication scheme of the service, by the name that the SDK runtime knows it. */
export const sigV4 = "aws.auth#sigv4";

interface AuthParameters extends HttpAuthSchemeParameters {
  region: string;
}

export const httpAuthSchemes: HttpAuthScheme[] = [
  { schemeId: sigV4, identityProvider: (config) => config.getIdentityProvider(sigV4), signer: new AwsSdkSigV4Signer() },
];

/** How a request may be signed: with SigV4, for this service and the client's region. */
export function httpAuthSchemeProvider({ region }: AuthParameters): HttpAuthOption[] {
  return [
    {
      schemeId: sigV4,
      signingProperties: { name: signingName, region },
      propertiesExtractor: (config: object, context: HandlerExecutionContext) => ({
        signingProperties: { config, context },
      }),
    },
  ];
}

/** What {@link httpAuthSchemeProvider} needs to know of the client. */
export async function httpAuthSchemeParametersProvider(config: { region: Provider<string> }): Promise<AuthParameters> {
  return { region: await config.region() };
}
