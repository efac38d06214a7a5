import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Replaces the SDK's chain of credential providers in the bundles. Lambda passes a function its credentials in the environment and
 * nowhere else; the other links of the chain (profiles, single sign-on, ...) would be a fifth of a bundle.
 */
export const defaultProvider = fromEnv;
