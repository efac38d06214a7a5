import { Command } from "commander";
import type { ServeOptions } from "../serve.ts";
import { settingsFrom } from "../settings.ts";
import { UsageError } from "../usage.ts";
import { addExamples } from "./help.ts";
import { withDemo } from "./options.ts";

/** `stocktake serve` */
export function serveCommand(): Command {
  const command = withDemo(
    new Command("serve")
      .summary("serve the API and the explorer over the inventory")
      .description(
        "Serves the API and the explorer over this machine's inventory, on 127.0.0.1 only, until Ctrl-C. It syncs " +
          "nothing; `sync` and `run` may run beside it.",
      ),
  )
    .option("--cors <origin>", "let the pages of this origin read the API (repeatable; default: none)", originsFrom)
    .action(async (options: ServeOptions) => {
      const { serve } = await import("../serve.ts");
      process.exitCode = await serve(options, settingsFrom(process.env));
    });
  return addExamples(
    command,
    [
      ["serve, and look at http://127.0.0.1:8787", "npx stocktake serve"],
      ["on any port that is free", "PORT=0 npx stocktake serve"],
      ["for a page that is being developed", "npx stocktake serve --cors http://localhost:5173"],
    ],
    [
      "0  stopped by Ctrl-C",
      "1  the server cannot start, for example because the port is in use",
      "2  invalid arguments",
    ],
  );
}

function originsFrom(text: string, before: readonly string[] = []): readonly string[] {
  if (URL.canParse(text) && /^https?:\/\//.test(text) && new URL(text).origin === text) return [...before, text];
  throw new UsageError(
    `--cors ${text} is not an origin: give a scheme and a host, like http://localhost:5173, without a path`,
  );
}
