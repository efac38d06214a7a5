import { existsSync, readFileSync } from "node:fs";
import {
  account,
  ConfigurationError,
  type InventorySettings,
  parseSettings,
  region,
  settingsShape,
  stackName,
} from "./settings.ts";

/** The file that is read unless another is named; it need not exist. */
export const CONFIGURATION_FILE = "stocktake.config.json";

/** The settings of one inventory, and where it is deployed. */
export interface Configuration extends InventorySettings {
  /** Default: "Stocktake". */
  readonly stackName?: string;
  /** The account to deploy into. Default: the one you are signed in to. */
  readonly account?: string;
  /** The region to deploy into. Default: the profile's. */
  readonly region?: string;
}

const shape = {
  ...settingsShape,
  stackName: stackName.optional(),
  account: account.optional(),
  region: region.optional(),
};

/**
 * Reads the configuration from a JSON file: `path`, or stocktake.config.json if there is one; otherwise the defaults apply. Throws a
 * ConfigurationError that names an invalid value and the remedy in one line.
 */
export function readConfiguration(path: string | undefined): Configuration {
  const file = path ?? CONFIGURATION_FILE;
  if (path === undefined && !existsSync(file)) return {};
  return parseSettings(shape, jsonIn(file));
}

function jsonIn(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigurationError(`${file} cannot be read: name an existing file with -c config=FILE`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, " ");
    throw new ConfigurationError(`${file} is not JSON: ${message}: correct it, or check the file's name`, {
      cause: error,
    });
  }
}
