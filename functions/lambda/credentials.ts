import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * What stands in the bundles for the SDK's chain of credential providers: Lambda gives a function its credentials in the
 * environment, and nowhere else. The chain's other links (profiles, single sign-on, ...) would be a fifth of a bundle.
 */
export const defaultProvider = fromEnv;
