import { commandLine } from "./command-line.ts";
import { exitCodeOf } from "./exit-code.ts";
import { expectBrokenPipes } from "./output.ts";

// The SDK's warning that it will one day want a newer Node is not for those who run this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

expectBrokenPipes();
try {
  await commandLine().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
