/** The client of the HTTP API that the package exports. Its types are made from the OpenAPI document when the package is packed. */

export { default as createClient } from "openapi-fetch";
