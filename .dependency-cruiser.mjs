/** Who may import what: docs/architecture.md draws it. Data flows one way, source → engine → store → API. */

const outside = (allowed) => ({ pathNot: allowed });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "core-imports-itself-and-node",
      comment: "The engine knows no AWS and no HTTP.",
      severity: "error",
      from: { path: "^functions/core/" },
      to: { pathNot: "^functions/core/", dependencyTypesNot: ["core"] },
    },
    {
      name: "sources-import-their-declaration-and-their-client",
      severity: "error",
      from: { path: "^functions/sources/" },
      to: outside([
        "^functions/sources/",
        "^functions/clients/",
        "^functions/core/(source|collection)\\.ts$",
        "^node_modules/@aws-sdk/client-",
      ]),
    },
    {
      name: "clients-import-the-official-runtime",
      severity: "error",
      from: { path: "^functions/clients/" },
      to: outside([
        "^functions/clients/",
        "^node_modules/@aws-sdk/",
        "^node_modules/@smithy/",
        "^node_modules/p-throttle/",
      ]),
    },
    {
      name: "store-imports-core-and-dynamodb",
      severity: "error",
      from: { path: "^functions/store/" },
      to: outside([
        "^functions/store/",
        "^functions/core/",
        "^node_modules/@aws-sdk/(client-dynamodb|lib-dynamodb)/",
        "^node_modules/(p-limit|p-retry)/",
      ]),
    },
    {
      name: "api-imports-core-and-http",
      severity: "error",
      from: { path: "^functions/api/" },
      to: {
        pathNot: ["^functions/api/", "^functions/core/", "^node_modules/(hono|@hono/zod-openapi|zod)/"],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "functions-import-only-functions",
      severity: "error",
      from: { path: "^functions/" },
      to: { path: "^(local|infra|test|bench)/" },
    },
    {
      name: "infra-imports-declarations-only",
      severity: "error",
      from: { path: "^infra/" },
      to: {
        path: "^(functions|local|test|bench)/",
        pathNot: [
          "^functions/sources/",
          "^functions/store/schema\\.ts$",
          "^functions/lambda/metrics\\.ts$",
          "^functions/core/source\\.ts$",
        ],
      },
    },
    {
      name: "local-imports-functions",
      severity: "error",
      from: { path: "^local/" },
      to: { path: "^(infra|test|bench)/" },
    },
    {
      name: "no-development-dependencies-in-the-product",
      severity: "error",
      from: { path: "^(functions|local)/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
