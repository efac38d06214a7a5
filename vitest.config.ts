import { configDefaults, defineConfig } from "vitest/config";
import SlowFirst from "./test/slow-first.ts";
import { hasJava } from "./test/store/dynamodb-local.ts";

/** Hundreds of whole syncs: played on one DynamoDB, AWS's own where it runs. */
const CRASHES = "test/store/crash.test.ts";

/** AWS's own DynamoDB is stricter than the embedded one: what is known of the store must hold on both. */
const onDynamoDBLocal = {
  extends: true as const,
  test: {
    name: "dynamodb-local",
    include: ["test/store/dynamodb.test.ts", CRASHES],
    globalSetup: "test/store/dynamodb-local.ts",
  },
};

const java = hasJava();
if (!java && process.env.CI === "true") throw new Error("there is no Java 17, which DynamoDB Local needs: install one");
if (!java) console.warn("There is no Java 17: the tests on DynamoDB Local are left out.");

export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    // More than there are processors: many tests wait for services that are slow on purpose.
    maxWorkers: 4,
    sequence: { sequencer: SlowFirst },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    projects: [
      {
        extends: true,
        test: {
          name: "all",
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...(java ? [CRASHES] : [])],
          globalSetup: "test/cli/build.ts",
        },
      },
      ...(java ? [onDynamoDBLocal] : []),
    ],
  },
});
