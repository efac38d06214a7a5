import { setMaxListeners } from "node:events";
import { runCommandLine } from "./command-line.ts";
import { exitCodeOf } from "./exit-code.ts";
import { catchOutputErrors, flushOutput } from "./output.ts";
import { isLeftRunning } from "./stop.ts";

// The SDK's warning that it will one day want a newer Node is not for the people who run this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

// One signal ends the many requests that a sync has under way; Node takes more than ten listeners for a leak.
setMaxListeners(1_000);

catchOutputErrors();
try {
  await runCommandLine(process.argv.slice(2));
  await flushOutput();
} catch (error) {
  process.exitCode = Math.max(Number(process.exitCode ?? 0), exitCodeOf(error));
}
if (isLeftRunning()) process.exit();
