import examples from "./examples.json" with { type: "json" };

interface Example {
  readonly request: string;
  readonly answer: unknown;
}

/** Real answers, by operation and status; a test writes them and compares them with what is answered. */
const EXAMPLES: Readonly<Record<string, Readonly<Record<string, Example>>>> = examples;

/** The example of an operation's answer, as the OpenAPI document carries it. */
export function exampleOf(operationId: string, status: number | string) {
  const example = EXAMPLES[operationId]?.[status];
  return example && { examples: { real: { summary: `GET ${example.request}`, value: example.answer } } };
}
