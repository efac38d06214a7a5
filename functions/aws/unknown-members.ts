import { collectBody } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import type { $ClientProtocol } from "@smithy/types";

/*
 * An SDK client leaves out of an answer what its version of the API model does not know. An inventory must not: what a service has begun to
 * say would be missing, and a change in it alone would go unnoticed.
 */

/** A client whose services answer in JSON, as those of all sources do. */
interface JsonClient {
  readonly config: { readonly protocol: Pick<$ClientProtocol<never, Answer>, "deserializeResponse"> };
}

interface Answer {
  readonly statusCode: number;
  readonly body: unknown;
}

/**
 * Makes a client retain the members that it does not know, at any depth, as they were sent, beside those that it knows. Of a union with an
 * unknown member, that member. An answer that is no JSON, or an error, is left to the client.
 */
export function keepUnknownMembers<Client>(client: Client): Client {
  const { protocol } = (client as JsonClient).config;
  const deserialize = protocol.deserializeResponse.bind(protocol);
  protocol.deserializeResponse = async (operation, context, response) => {
    const { statusCode, body } = response as Answer;
    if (statusCode >= 300) return deserialize(operation, context, response);
    const bytes = await collectBody(body, context);
    const answer = await deserialize(operation, context, Object.assign(response, { body: bytes }));
    const sent = parsed(bytes);
    retainUnknown(NormalizedSchema.of(operation.output), sent, answer);
    return answer as never;
  };
  return client;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch {
    // The client has its own way with it, and has taken it.
    return undefined;
  }
}

type Fields = Record<string, unknown>;

/** Puts what `sent` has beyond the schema into what the client read of it. */
function retainUnknown(schema: NormalizedSchema, sent: unknown, read: unknown): void {
  if (!isFields(sent) || !isFields(read)) return;
  if (schema.isStructSchema()) {
    const members = membersOf(schema);
    for (const key of Object.keys(sent)) {
      const member = members.get(key);
      if (member) retainUnknown(member.schema, sent[key], read[member.name]);
      else if (sent[key] !== null) retainMember(read, key, sent[key]);
    }
  } else if (schema.isListSchema() || schema.isMapSchema()) {
    // The elements of a list are found by index.
    const element = schema.getValueSchema();
    for (const key of Object.keys(sent)) retainUnknown(element, sent[key], read[key]);
  }
}

type Members = ReadonlyMap<string, { readonly name: string; readonly schema: NormalizedSchema }>;

/** The members of structures by their names in JSON, by the schema as the API model states it. */
const known = new WeakMap<object, Members>();

function membersOf(structure: NormalizedSchema): Members {
  const key = structure.getSchema() as object;
  let members = known.get(key);
  if (members) return members;
  const nameOf = (name: string, schema: NormalizedSchema) => schema.getMergedTraits().jsonName ?? name;
  members = new Map([...structure.structIterator()].map(([name, schema]) => [nameOf(name, schema), { name, schema }]));
  known.set(key, members);
  return members;
}

function retainMember(read: Fields, key: string, value: unknown): void {
  // How the SDK tells an unknown member of a union.
  delete read.$unknown;
  // Defined and not assigned: a member may have the name of the prototype's.
  Object.defineProperty(read, key, { value, enumerable: true, writable: true, configurable: true });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
