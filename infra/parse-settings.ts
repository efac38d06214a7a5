import type { z } from "zod";
import { ConfigurationError } from "./settings.ts";

/** Reads a value by its schema, or throws a ConfigurationError of one line. */
export function parseSettings<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ConfigurationError(issue ? line(issue) : "the configuration is not valid");
}

function line({ path, message, code, input }: z.core.$ZodIssue): string {
  const member = formatMember(path);
  if (code === "unrecognized_keys") return member ? `${member} has an ${message}` : message;
  if (input === undefined) return `${member} is missing: ${message}`;
  return member
    ? `${member} is ${JSON.stringify(input)}: ${message}`
    : `the configuration is not an object: ${message}`;
}

/** `sources["workspaces.images"].extraRegions[0]`, as JavaScript writes it. */
function formatMember(path: readonly PropertyKey[]): string {
  return path.reduce<string>((parent, key) => {
    if (typeof key === "number") return `${parent}[${key}]`;
    if (!/^\w+$/.test(String(key))) return `${parent}[${JSON.stringify(key)}]`;
    return parent ? `${parent}.${String(key)}` : String(key);
  }, "");
}
