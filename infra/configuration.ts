import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { parseSettings } from "./parse-settings.ts";
import { ConfigurationError } from "./settings.ts";
import { account, closed, inventorySettings, name, region } from "./settings-schema.ts";

/** The file that is read unless another is named; it need not exist. */
export const CONFIGURATION_FILE = "stocktake.config.json";

const QUALIFIER = "give up to 10 lower-case letters and digits";
const TAGS = "give an object of texts";

/** What a configuration file may hold: the settings of one inventory, and where it is deployed. */
const configuration = closed({
  ...inventorySettings.shape,
  stackName: name.describe('The stack\'s name. Default: "Stocktake".').optional(),
  account: account.describe("The account to deploy into. Default: the one you are signed in to.").optional(),
  region: region.describe("The region to deploy into. Default: the profile's.").optional(),
  qualifier: z
    .string(QUALIFIER)
    .regex(/^[a-z0-9]{1,10}$/, QUALIFIER)
    .describe("The qualifier that the account was bootstrapped for CDK with. Default: the CDK's.")
    .optional(),
  tags: z
    .record(z.string(), z.string(TAGS), TAGS)
    .describe("Tags of everything that is deployed. Default: none.")
    .optional(),
  $schema: z
    .string("give the path of a JSON Schema")
    .describe("The schema that editors complete this file by.")
    .optional(),
});

export type Configuration = Omit<z.infer<typeof configuration>, "$schema">;

/** Describes stocktake.config.json to editors, as a JSON Schema. */
export function configurationSchema(): object {
  return z.toJSONSchema(configuration.meta({ title: "The configuration of Stocktake" }), {
    // The draft that editors know best.
    target: "draft-7",
  });
}

/**
 * Reads the configuration from a JSON file: `path`, or stocktake.config.json if there is one; otherwise the defaults apply. Throws a
 * ConfigurationError that names an invalid value and the remedy in one line.
 */
export function readConfiguration(path: string | undefined): Configuration {
  const file = path ?? CONFIGURATION_FILE;
  if (path === undefined && !existsSync(file)) return {};
  const { $schema: _forEditors, ...settings } = parseSettings(configuration, jsonIn(file));
  return settings;
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
