import { collectBody, HttpResponse, JsonShapeDeserializer2 } from "@smithy/core/protocols";
import { streamCollector } from "@smithy/node-http-handler";
import type { DeserializeMiddleware, MiddlewareStack, StaticStructureSchema } from "@smithy/types";

/*
 * Of every document in every answer an SDK client makes an object by the model, which takes longer than to parse the answer.
 * Hardly any document of a long listing is ever looked at, since its text tells that nothing has changed. So the list is left
 * as the service sent it, and the SDK's own code reads those documents that are wanted.
 */

const DESERIALIZER = "deserializerMiddleware";

/**
 * Has a client leave the list of that name in its answers as it was sent, whatever the answers' types say. The rest of each answer,
 * and every error, are the SDK's.
 */
export function leaveListAsSent<Input extends object, Output extends object>(
  { middlewareStack }: { readonly middlewareStack: MiddlewareStack<Input, Output> },
  list: string,
): void {
  const lists = new WeakMap<HttpResponse, unknown>();
  const takeListOut: DeserializeMiddleware<Input, Output> = (next) => async (args) => {
    const answered = await next(args);
    const { response } = answered;
    if (HttpResponse.isInstance(response) && response.statusCode < 300) {
      response.body = await collectBody(response.body, { streamCollector });
      const answer = membersOf(response.body);
      if (answer && list in answer) {
        const { [list]: sent, ...rest } = answer;
        lists.set(response, sent);
        response.body = Buffer.from(JSON.stringify(rest));
      }
    }
    return answered;
  };
  const putListBack: DeserializeMiddleware<Input, Output> = (next) => async (args) => {
    const answered = await next(args);
    const { response, output } = answered;
    if (output && HttpResponse.isInstance(response) && lists.has(response)) {
      Object.assign(output, { [list]: lists.get(response) });
    }
    return answered;
  };
  // It copies every answer, without what is sensitive in it, for a log that nobody keeps.
  middlewareStack.remove("loggerMiddleware");
  middlewareStack.addRelativeTo(takeListOut, { name: "takeListOut", relation: "after", toMiddleware: DESERIALIZER });
  middlewareStack.addRelativeTo(putListBack, { name: "putListBack", relation: "before", toMiddleware: DESERIALIZER });
}

/** Members of a JSON object; undefined of anything else, which is the SDK's to complain about. */
function membersOf(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads documents as sent as the SDK does, by the structure's schema that the client package exports. */
export function readAs<Document>(schema: StaticStructureSchema): { read(sent: unknown): Document; shape: string } {
  const deserializer = new JsonShapeDeserializer2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: true });
  return {
    read: (sent) => deserializer.readObject(schema, sent as Parameters<typeof deserializer.readObject>[1]) as Document,
    shape: JSON.stringify(schema, (_, value) => (typeof value === "function" ? value() : value)),
  };
}
