import * as z from "zod";
import { formatError, toSingleLine } from "../../functions/model/errors.ts";
import type { Api } from "../read/api.ts";
import { LocalError, UsageError } from "../usage.ts";

/** What an agent may ask: one question of the API, with its arguments. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The JSON schema of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** The answer. Throws a UsageError for arguments that are not valid. */
  readonly call: (api: Api, args: unknown) => Promise<Answer>;
}

/** What a tool answers with: an object that is written as JSON. */
export type Answer = Readonly<Record<string, unknown>>;

export interface ToolDeclaration<Shape extends z.ZodRawShape> extends Omit<Tool, "inputSchema" | "call"> {
  readonly args: Shape;
  readonly answer: (api: Api, args: z.output<z.ZodObject<Shape>>) => Promise<Answer>;
}

/** Declares a tool. An argument that it does not have is refused: an answer that ignores one would be wrong. */
export function tool<Shape extends z.ZodRawShape>(declaration: ToolDeclaration<Shape>): Tool {
  const { args: shape, answer, ...described } = declaration;
  const schema = z.strictObject(shape);
  const { $schema: _, ...inputSchema } = z.toJSONSchema(schema, { io: "input" });
  return {
    ...described,
    inputSchema,
    async call(api, args) {
      const { data, error } = schema.safeParse(args ?? {});
      if (error) throw new UsageError(argumentError(error, Object.keys(shape)));
      return answer(api, data as z.output<z.ZodObject<Shape>>);
    },
  };
}

function argumentError({ issues: [issue] }: z.ZodError, known: readonly string[]): string {
  if (issue?.code === "unrecognized_keys") return `unknown argument "${issue.keys[0]}": use ${known.join(", ")}`;
  const name = issue?.path.join(".") || "the arguments";
  return `${name}: ${issue?.message ?? "not valid"}`;
}

/** An error in one line, for an agent. What the API says of a parameter is for people who type it as an option. */
export function errorText(error: unknown): string {
  const isKnown = error instanceof UsageError || error instanceof LocalError;
  return isKnown ? toSingleLine(error.message).replace(/^(?:--|<(from)>|\[(to)\])/, "$1$2") : formatError(error);
}
