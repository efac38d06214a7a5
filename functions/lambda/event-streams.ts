/**
 * What stands in the bundles for the SDK's event streams, which it loads for an operation that streams events. No operation
 * here does.
 */
throw new Error("event streams are not in this bundle: see infra/bundle.ts");

export {};
