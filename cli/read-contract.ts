import { readFile } from "node:fs/promises";
import type { ContractFile } from "../functions/api/service.ts";

/** Reads a file that describes the API, as the build made it. */
export function readContract(file: ContractFile): Promise<string> {
  return readFile(new URL(`../dist/${file}`, import.meta.url), "utf8");
}
