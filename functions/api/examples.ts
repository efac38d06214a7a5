import examples from "./examples.json" with { type: "json" };

interface Example {
  readonly request: string;
  readonly answer: unknown;
}

/** Real responses, by operation and status. A test writes them, and compares them with the current ones. */
const EXAMPLES: Readonly<Record<string, Readonly<Record<string, Example>>>> = examples;

/** The example of an operation's response, for the OpenAPI document. */
export function exampleOf(operationId: string, status: number | string) {
  const example = EXAMPLES[operationId]?.[status];
  return example && { examples: { real: { summary: `GET ${example.request}`, value: example.answer } } };
}
