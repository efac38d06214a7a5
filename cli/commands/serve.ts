import { Command } from "commander";
import { settingsFrom } from "../settings.ts";
import { teach } from "./teaching.ts";

/** `stocktake serve` */
export function serveCommand(): Command {
  const command = new Command("serve")
    .summary("serve the API and the explorer over what is stored; sync nothing")
    .description(
      "Serves the API and the explorer over what is stored on this machine, on 127.0.0.1 only, until Ctrl-C. Nothing " +
        "is synced; a sync may run beside it.",
    )
    .action(async () => {
      const { serve } = await import("../serve.ts");
      process.exitCode = await serve(settingsFrom(process.env));
    });
  return teach(
    command,
    [
      ["serve, and look at http://127.0.0.1:8787", "npx stocktake serve"],
      ["on any port that is free", "PORT=0 npx stocktake serve"],
    ],
    ["0  stopped by Ctrl-C", "1  something stands in the way, such as a port in use", "2  not understood"],
  );
}
