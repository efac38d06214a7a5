import { configDefaults, defineConfig } from "vitest/config";
import SlowFirst from "./test/slow-first.ts";
import { hasJava } from "./test/store/dynamodb-local.ts";

/** What the store on DynamoDB must keep: shown on one DynamoDB, AWS's own where Java runs, because that is stricter than the embedded one. */
const ON_DYNAMODB = ["test/store/dynamodb.test.ts", "test/store/crash.test.ts"];

const onDynamoDBLocal = {
  extends: true as const,
  test: {
    name: "dynamodb-local",
    include: ON_DYNAMODB,
    globalSetup: "test/store/dynamodb-local.ts",
  },
};

const java = hasJava();
if (!java && process.env.CI === "true") throw new Error("there is no Java 17, which DynamoDB Local needs: install one");
if (!java) console.warn("There is no Java 17: the store is tested on the embedded DynamoDB alone.");

export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    // More than there are processors: many tests wait for services that are slow on purpose.
    maxWorkers: 5,
    sequence: { sequencer: SlowFirst },
    // They only end what hangs: a busy machine fails nothing.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    projects: [
      {
        extends: true,
        test: {
          name: "all",
          // A process runs many files, and loads what they import once. So a file ends all that it starts, and restores what it replaces.
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...(java ? ON_DYNAMODB : [])],
          globalSetup: "test/cli/build.ts",
        },
      },
      ...(java ? [onDynamoDBLocal] : []),
    ],
  },
});
