/**
 * Replaces the SDK's event streams in the bundles: Lambda's client sets them up, for responses that are streamed, and no function asks for
 * one.
 */
export function resolveEventStreamSerdeConfig<Config>(config: Config): Config {
  return config;
}

export function eventStreamSerdeProvider(): never {
  throw new Error("event streams are not in the bundle: see infra/bundle.ts");
}
