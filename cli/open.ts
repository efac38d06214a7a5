import { spawn } from "node:child_process";
import { once } from "node:events";
import { note, print } from "./output.ts";
import { LocalError } from "./usage.ts";

/** What opens an address in the browser of each system. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Prints an address of the explorer, and opens it in the browser. Throws a LocalError when nothing is served there. */
export async function openExplorer(address: string): Promise<void> {
  const { origin } = new URL(address);
  try {
    await fetch(origin, { method: "HEAD" });
  } catch (error) {
    const remedy = "run `npx stocktake serve` first, or set PORT to where it is served";
    throw new LocalError(`nothing is served on ${origin}: ${remedy}`, { cause: error });
  }
  await print(`${address}\n`);
  const [command, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, address], { detached: true, stdio: "ignore" });
  try {
    await once(child, "spawn");
    child.unref();
  } catch {
    note(`no browser could be opened (${command} is missing): open that address yourself`);
  }
}
