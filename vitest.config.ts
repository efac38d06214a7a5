import { defineConfig } from "vitest/config";
import { hasJava } from "./test/store/dynamodb-local.ts";

/** AWS's own DynamoDB is stricter than the embedded one: what is known of the store must hold on both. */
const onDynamoDBLocal = {
  extends: true as const,
  test: {
    name: "dynamodb-local",
    include: ["test/store/dynamodb.test.ts", "test/store/crash.test.ts"],
    globalSetup: "test/store/dynamodb-local.ts",
  },
};

const java = hasJava();
if (!java && process.env.CI === "true") throw new Error("there is no Java 17, which DynamoDB Local needs: install one");
if (!java) console.warn("There is no Java 17: the tests on DynamoDB Local are left out.");

export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    projects: [
      { extends: true, test: { name: "all", include: ["test/**/*.test.ts"], globalSetup: "test/cli/build.ts" } },
      ...(java ? [onDynamoDBLocal] : []),
    ],
  },
});
