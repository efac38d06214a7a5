import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from "@smithy/core/config";

/** The region that the environment or the profile configures. The one resolution for everything that a command calls. */
export async function configuredRegion(): Promise<string | undefined> {
  const inEnvironment = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
  if (inEnvironment) return inEnvironment;
  try {
    return await loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)();
  } catch {
    // The SDK throws when no region is configured.
    return undefined;
  }
}
