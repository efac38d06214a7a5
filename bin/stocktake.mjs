#!/usr/bin/env node
import { builtCommandLine } from "./built.mjs";

const built = await builtCommandLine();
if (built) {
  await import(built.href);
} else {
  const { register } = await import("tsx/esm/api");
  register();
  await import("../cli/main.ts");
}
