import { Command } from "commander";
import type { McpOptions } from "../mcp/serve.ts";
import { settingsFrom } from "../settings.ts";
import { UsageError } from "../usage.ts";
import { addExamples } from "./help.ts";
import { withInventory } from "./options.ts";

/** `stocktake mcp` */
export function mcpCommand(): Command {
  const command = withInventory(
    new Command("mcp")
      .summary("let agents ask the inventory (Model Context Protocol)")
      .description(
        "Serves tools to an agent that speaks the Model Context Protocol: search, items, history, changes, comparison, lineage, paths, " +
          "freshness. They only read; docs/agents.md says how to add it to a client. The agent starts this command and talks to it over standard input and output; with --http it is " +
          "served on 127.0.0.1 until Ctrl-C.",
      )
      .option("--http <port>", "serve http://127.0.0.1:<port>/mcp instead; 0 takes any free port", portFrom),
  ).action(async (options: McpOptions) => {
    const { serveMcp } = await import("../mcp/serve.ts");
    process.exitCode = await serveMcp(options, settingsFrom(process.env));
  });
  return addExamples(
    command,
    [
      ["as an agent's client starts it", "npx stocktake mcp"],
      ["for clients that connect by HTTP", "npx stocktake mcp --http 8788"],
      [
        "over a deployed API",
        "npx stocktake mcp --api https://abc123.execute-api.eu-west-1.amazonaws.com --profile audit",
      ],
    ],
    ["0  the client hung up, or stopped by Ctrl-C", "1  the port is in use", "2  invalid arguments"],
  );
}

function portFrom(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`--http ${text} is not a port: give a whole number from 0 to 65535`);
}
