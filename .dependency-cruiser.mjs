/** Who may import what. Data flows one way: sources → sync → store → inventory → API (docs/architecture.md). */

const outside = (allowed) => ({ pathNot: allowed });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "model-imports-itself-and-node",
      severity: "error",
      from: { path: "^functions/model/" },
      to: { pathNot: "^functions/model/", dependencyTypesNot: ["core"] },
    },
    {
      name: "sources-import-the-model-and-their-client",
      severity: "error",
      from: { path: "^functions/sources/" },
      to: outside(["^functions/sources/", "^functions/aws/", "^functions/model/", "^node_modules/@aws-sdk/client-"]),
    },
    {
      name: "aws-imports-the-official-runtime",
      severity: "error",
      from: { path: "^functions/aws/" },
      to: outside([
        "^functions/aws/",
        "^node_modules/@aws-sdk/",
        "^node_modules/@smithy/",
        "^node_modules/p-throttle/",
      ]),
    },
    {
      name: "sync-imports-the-model-and-its-port",
      comment: "The engine knows no AWS and no HTTP.",
      severity: "error",
      from: { path: "^functions/sync/" },
      to: {
        pathNot: ["^functions/sync/", "^functions/model/", "^functions/store/port\\.ts$"],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "inventory-imports-the-model-and-its-port",
      severity: "error",
      from: { path: "^functions/inventory/" },
      to: {
        pathNot: ["^functions/(inventory|model)/", "^functions/store/port\\.ts$"],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "events-import-what-is-read",
      comment: "An event says of a change what the API says.",
      severity: "error",
      from: { path: "^functions/events/" },
      to: {
        pathNot: [
          "^functions/(events|model|inventory)/",
          "^functions/store/port\\.ts$",
          "^functions/sync/claim\\.ts$",
          "^functions/api/items\\.ts$",
          "^node_modules/@aws-sdk/client-eventbridge/",
        ],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "dynamodb-store-imports-the-model-and-its-client",
      severity: "error",
      from: { path: "^functions/store/dynamodb/" },
      to: {
        pathNot: [
          "^functions/store/(dynamodb/|port\\.ts$)",
          "^functions/model/",
          "^node_modules/@aws-sdk/(client-dynamodb|lib-dynamodb)/",
          "^node_modules/(p-limit|p-retry|@smithy)/",
        ],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "sqlite-store-imports-the-model-and-libsql",
      severity: "error",
      from: { path: "^functions/store/sqlite/" },
      to: {
        pathNot: ["^functions/store/(sqlite/|port\\.ts$)", "^functions/model/", "^node_modules/libsql/"],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "api-imports-the-inventory-and-http",
      severity: "error",
      from: { path: "^functions/api/" },
      to: {
        pathNot: [
          "^functions/(api|model|inventory)/",
          "^functions/store/port\\.ts$",
          "^node_modules/(hono|@hono/zod-openapi|zod)/",
        ],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "exports-import-what-they-read-and-write",
      severity: "error",
      from: { path: "^functions/export/" },
      to: {
        pathNot: [
          "^functions/(export|inventory|model)/",
          "^functions/api/(csv|items)\\.ts$",
          "^node_modules/(hyparquet-writer|@aws-sdk/client-s3)/",
        ],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "functions-import-only-functions",
      severity: "error",
      from: { path: "^functions/" },
      to: { path: "^(cli|simulator|explorer|infra|test|bench)/" },
    },
    {
      name: "infra-imports-declarations-only",
      severity: "error",
      from: { path: "^infra/" },
      to: {
        path: "^(functions|cli|simulator|explorer|test|bench)/",
        pathNot: [
          "^functions/sources/",
          "^functions/store/dynamodb/schema\\.ts$",
          "^functions/lambda/metrics\\.ts$",
          "^functions/events/event-types\\.ts$",
          "^functions/model/(collection|guard|retention|source|source-settings)\\.ts$",
          "^functions/api/(openapi|service)\\.ts$",
          "^functions/export/columns\\.ts$",
        ],
      },
    },
    {
      name: "the-command-line-imports-functions",
      severity: "error",
      from: { path: "^(cli|simulator|explorer)/" },
      to: { path: "^(infra|test|bench)/" },
    },
    {
      name: "the-client-imports-itself-and-its-library",
      severity: "error",
      from: { path: "^client/" },
      to: outside(["^client/", "^node_modules/openapi-fetch/"]),
    },
    {
      name: "the-page-imports-itself-and-types-of-answers",
      comment: "Of the API's code only what writes CSV is in the page.",
      severity: "error",
      from: { path: "^explorer/page/" },
      to: {
        pathNot: ["^explorer/page/", "^functions/api/csv\\.ts$", "^node_modules/(preact|@dagrejs)/"],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "the-page-knows-only-answers",
      severity: "error",
      from: { path: "^explorer/page/" },
      to: outside(["^explorer/page/", "^functions/api/(schemas/|csv\\.ts$)", "^node_modules/(preact|@dagrejs|zod)/"]),
    },
    {
      name: "graphs-know-no-view",
      severity: "error",
      from: { path: "^explorer/page/graph/" },
      to: { path: "^explorer/page/views/" },
    },
    {
      name: "ui-knows-no-view-and-no-graph",
      severity: "error",
      from: { path: "^explorer/page/ui/" },
      to: { path: "^explorer/page/(views|graph)/" },
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
