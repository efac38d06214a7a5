import { collectBody } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import type { $ClientProtocol, $SchemaRef } from "@smithy/types";

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
    if (sent !== undefined) keeperOf(operation.output)?.(sent, answer);
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

/** Puts what `sent` has beyond the schema into what the client read of it. */
type Keeper = (sent: unknown, read: unknown) => void;

type Fields = Record<string, unknown>;

/** By the schema as the API model states it; undefined where nothing unknown can be. A shape may contain itself. */
const keepers = new WeakMap<object, { keeper?: Keeper }>();

function keeperOf(schema: $SchemaRef): Keeper | undefined {
  const normalized = NormalizedSchema.of(schema);
  const isStruct = normalized.isStructSchema();
  if (!isStruct && !normalized.isListSchema() && !normalized.isMapSchema()) return undefined;
  const key = normalized.getSchema();
  if (typeof key !== "object") return isStruct ? undefined : elementsKeeper(normalized);
  const known = keepers.get(key);
  if (known) return known.keeper ?? ((sent, read) => known.keeper?.(sent, read));
  const entry: { keeper?: Keeper } = {};
  keepers.set(key, entry);
  const keeper = isStruct ? structKeeper(normalized) : elementsKeeper(normalized);
  if (keeper) entry.keeper = keeper;
  return keeper;
}

/** Of lists, whose elements are found by index, and maps. */
function elementsKeeper(schema: NormalizedSchema): Keeper | undefined {
  const retain = keeperOf(schema.getValueSchema());
  return (
    retain &&
    ((sent, read) => {
      if (!isFields(sent) || !isFields(read)) return;
      for (const key of Object.keys(sent)) retain(sent[key], read[key]);
    })
  );
}

function structKeeper(schema: NormalizedSchema): Keeper {
  const members = new Map<string, { readonly name: string; readonly retain: Keeper | undefined }>();
  for (const [name, member] of schema.structIterator()) {
    members.set(member.getMergedTraits().jsonName ?? name, { name, retain: keeperOf(member) });
  }
  return (sent, read) => {
    if (!isFields(sent) || !isFields(read)) return;
    for (const key of Object.keys(sent)) {
      const member = members.get(key);
      if (member) member.retain?.(sent[key], read[member.name]);
      else if (sent[key] !== null) retainMember(read, key, sent[key]);
    }
  };
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
