import { writeFileSync } from "node:fs";
import path from "node:path";
import { clientTypes } from "./package/client.ts";

/** Writes client/openapi.ts, the types of the API that the client is checked with, from the OpenAPI document. */

writeFileSync(path.join(import.meta.dirname, "../client/openapi.ts"), await clientTypes());
