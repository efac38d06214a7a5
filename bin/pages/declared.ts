import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";
import { type ListCommand, readListOperation } from "../../functions/aws/list-operation.ts";
import type { AwsSource } from "../../functions/sources/define-aws-source.ts";

/** What a source's code makes of a document, read off a document whose every member holds its own path. */
export interface Declared {
  /** The members that identify an item. */
  readonly identity: readonly string[];
  /** `ArtifactArn → Source.SourceUri`, and the relation. */
  readonly edges: readonly { readonly between: string; readonly relation: string }[];
}

/** What an ARN in such a document begins with: some ARNs are made of others. */
const ARN = "arn:aws:sagemaker:eu-west-1:111122223333:";

/** Reads what a source declares of its items. */
export function declaredBy(source: AwsSource): Declared {
  const document = { ...samplesOf(source.command), ...(source.adds && { [source.adds]: source.adds }) };
  const plain = (text: string) => text.replaceAll(ARN, "");
  return {
    identity: plain(source.key(document) ?? "").split("#"),
    edges: source.edges(document).map(({ from, to, relation = "" }) => ({
      between: `${plain(from)} → ${plain(to)}`,
      relation,
    })),
  };
}

/** A document of the operation, each of its texts the path of the member that holds it. */
export function samplesOf(command: ListCommand<unknown, unknown>): Record<string, unknown> {
  const { list } = readListOperation(command);
  const [, , , , , output] = (new command({}) as unknown as { readonly schema: StaticOperationSchema }).schema;
  const members = new Map(NormalizedSchema.of(output).structIterator());
  const lists = members.get(list);
  return lists ? (sampleOf(lists.getValueSchema(), "") as Record<string, unknown>) : {};
}

function sampleOf(schema: NormalizedSchema, path: string): unknown {
  if (!schema.isStructSchema()) return path === "ModelPackageArn" ? ARN + path : path;
  const members = [...schema.structIterator()].map(([name, member]) => {
    return [name, sampleOf(member, path === "" ? name : `${path}.${name}`)];
  });
  return Object.fromEntries(members);
}
