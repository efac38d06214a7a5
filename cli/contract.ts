import { contractFiles } from "../functions/api/openapi.ts";
import { sourceMetadata } from "../functions/api/service.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { version } from "./version.ts";

/** The files that describe the API. The build writes them into dist/. */
export const files = contractFiles(SOURCES.map(sourceMetadata), version);
