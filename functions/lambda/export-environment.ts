import type { Bucket } from "../export/s3.ts";
import { type ApiEnvironment, apiEnvironment, read, text, type Variable } from "./environment.ts";

/** The environment of the function that exports once a day. */
export interface ExportEnvironment extends ApiEnvironment {
  readonly to: Bucket;
}

const prefix: Variable<string | undefined> = {
  problem: "begins or ends with /",
  optional: true,
  read: (value) => (/^\/|\/$/.test(value) ? undefined : value),
};
const variables = { STOCKTAKE_EXPORT_BUCKET: text, STOCKTAKE_EXPORT_PREFIX: prefix };

/** Reads the export function's environment, or throws one line that names every invalid variable. */
export function exportEnvironment(env: NodeJS.ProcessEnv): ExportEnvironment {
  const { STOCKTAKE_EXPORT_BUCKET: bucket, STOCKTAKE_EXPORT_PREFIX: given = "" } = read(variables, env);
  return { ...apiEnvironment(env), to: { bucket, prefix: given } };
}
