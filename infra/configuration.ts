import { existsSync, readFileSync } from "node:fs";
import {
  account,
  ConfigurationError,
  type InventorySettings,
  parsed,
  region,
  settingsShape,
  stackName,
} from "./settings.ts";

/** What is read when no other file is named; it need not exist. */
export const CONFIGURATION_FILE = "stocktake.config.json";

/** What the app deploys: the settings of one inventory, and where it goes. */
export interface Configuration extends InventorySettings {
  /** Default: "Stocktake". */
  readonly stackName?: string;
  /** The account to deploy into. Default: the one signed in to. */
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
 * The configuration in a JSON file: `path`, or stocktake.config.json if there is one, or the defaults. Anything in it that
 * is not valid is a ConfigurationError that names the value and the remedy in one line.
 */
export function readConfiguration(path: string | undefined): Configuration {
  const file = path ?? CONFIGURATION_FILE;
  if (path === undefined && !existsSync(file)) return {};
  return parsed(shape, jsonIn(file));
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
    const said = String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, " ");
    throw new ConfigurationError(`${file} is not JSON: ${said}: correct it, or check the file's name`, {
      cause: error,
    });
  }
}
