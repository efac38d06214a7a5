/** What assumes a role. By itself, so that it can be loaded when it is needed, and without the package's other providers. */
export { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
