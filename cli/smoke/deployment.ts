import { type CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { z } from "zod";
import { formatError } from "../../functions/model/errors.ts";
import { LocalError } from "../usage.ts";

/** A deployed stack, as its outputs tell of it. */
export interface Deployment {
  readonly apiUrl: string;
  /** The name of each source's function. */
  readonly functions: Readonly<Record<string, string>>;
  readonly target: { readonly account: string; readonly region: string };
}

const outputs = z.object({
  ApiUrl: z.url(),
  SyncFunctions: json(z.record(z.string(), z.string())),
  SmokeTarget: json(z.looseObject({ account: z.string(), region: z.string() })),
});

function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue("is not JSON");
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** Reads what is deployed from the stack's outputs. Throws LocalError when there is no such stack, or it is no Stocktake. */
export async function readDeployment(client: CloudFormationClient, stack: string): Promise<Deployment> {
  const described = await client.send(new DescribeStacksCommand({ StackName: stack })).catch((error: unknown) => {
    throw new LocalError(
      `the stack ${stack} cannot be read: ${formatError(error)}. Check --stack, --region and --profile`,
      {
        cause: error,
      },
    );
  });
  const found = described.Stacks?.[0]?.Outputs ?? [];
  const read = outputs.safeParse(
    Object.fromEntries(found.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])),
  );
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new LocalError(
      `the stack ${stack} is not a Stocktake: its output ${String(issue?.path[0])}: ${issue?.message}`,
    );
  }
  const { ApiUrl, SyncFunctions, SmokeTarget } = read.data;
  return { apiUrl: ApiUrl, functions: SyncFunctions, target: SmokeTarget };
}
