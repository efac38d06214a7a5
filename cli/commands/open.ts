import { Command } from "commander";
import { openExplorer } from "../open.ts";
import { openApi } from "../read/api.ts";
import { ITEM_ARGUMENT, itemIdOf } from "../read/find-item.ts";
import { settingsFrom } from "../settings.ts";
import { addExamples } from "./help.ts";
import { withDemo } from "./options.ts";

/** `stocktake open` */
export function openCommand(): Command {
  const command = new Command("open")
    .summary("open the explorer in your browser, at an item if you name one")
    .description(
      "Opens the explorer that `start`, `serve` or `explore` serves on this machine, and prints its address.",
    )
    .argument("[item]", ITEM_ARGUMENT)
    .action(async (item: string | undefined, options: { readonly demo?: boolean }) => {
      const settings = settingsFrom(process.env);
      const view = item === undefined ? "" : `#/items/${await idOf(item, options)}`;
      await openExplorer(`http://127.0.0.1:${settings.port}/${view}`);
    });
  return addExamples(
    withDemo(command),
    [
      ["the explorer", "npx stocktake open"],
      ["one item", "npx stocktake open kiosk-windows-1a2b"],
    ],
    ["0  opened", "1  nothing is served there, or there is no browser", "2  invalid arguments"],
  );
}

async function idOf(item: string, options: { readonly demo?: boolean }): Promise<string> {
  const api = await openApi(options, settingsFrom(process.env));
  try {
    return await itemIdOf(api, item);
  } finally {
    await api.close();
  }
}
