import { writeFileSync } from "node:fs";
import { configurationSchema } from "../infra/configuration.ts";

/** Writes the JSON Schema of stocktake.config.json from what validates it. */
const file = new URL("../stocktake.config.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(configurationSchema(), null, 2)}\n`);
