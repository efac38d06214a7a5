#!/usr/bin/env node
import { existsSync } from "node:fs";

const built = new URL("../dist/stocktake.mjs", import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write("stocktake: the command is not built: run `npm run build`\n");
  process.exitCode = 1;
}
