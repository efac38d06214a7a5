/** Replaces the SDK's event streams in the bundles. The SDK loads them for an operation that streams events; none here does. */
throw new Error("event streams are not in this bundle: see infra/bundle.ts");

export {};
