import { settingsFrom } from "../../cli/settings.ts";
import { stopSignal } from "../../cli/stop.ts";
import { openStore } from "../../cli/store.ts";

/** Opens the state of its environment and ticks the clock there, again and again, until it is told to end. Prints each tick. */
const stop = stopSignal();
const local = await openStore(settingsFrom(process.env));
while (!stop.aborted) process.stdout.write(`${await local.store.tick(0)}\n`);
await local.close();
