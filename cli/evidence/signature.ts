import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { type Report, type SignerFacts, sha256 } from "./contents.ts";
import { algorithmOf, fingerprintOf, isSignedBy, pemOf, type Signer } from "./keys.ts";

/*
 * A signature is a DSSE envelope around an in-toto statement, which names the report's files by their SHA-256. Both are open standards, so
 * that others' tools can check a report as well. Beside what DSSE has, the signature carries its algorithm and the public key.
 */

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "urn:stocktake:report:1";

/** A report's files, as they are written. */
export interface ReportFiles {
  readonly html: Buffer;
  readonly json: Buffer;
}

const signerShape = { algorithm: z.string(), fingerprint: z.string(), kmsKey: z.string().optional() };

const statement = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([
    z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: z.string() }) }),
    z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: z.string() }) }),
  ]),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: z.strictObject({
    ...{ madeBy: z.string(), madeAt: z.string(), at: z.string(), asOf: z.string() },
    signer: z.strictObject(signerShape),
  }),
});

const envelope = z.strictObject({
  payloadType: z.literal(PAYLOAD_TYPE),
  payload: z.string(),
  signatures: z.tuple([
    z.strictObject({ keyid: z.string(), sig: z.string(), algorithm: z.string(), publicKey: z.string() }),
  ]),
});

/** The text of a signature file. */
export async function signatureOf(report: Report, files: ReportFiles, name: string, signer: Signer): Promise<string> {
  const { madeBy, madeAt, at, asOf, signer: facts = factsOf(signer) } = report;
  const payload = Buffer.from(
    JSON.stringify({
      _type: STATEMENT_TYPE,
      subject: [
        { name: `${name}.html`, digest: { sha256: sha256(files.html) } },
        { name: `${name}.json`, digest: { sha256: sha256(files.json) } },
      ],
      predicateType: PREDICATE_TYPE,
      predicate: { madeBy, madeAt, at, asOf, signer: facts },
    } satisfies z.input<typeof statement>),
  );
  const signature = await signer.sign(signedBytes(payload));
  return textOf({
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString("base64"),
    signatures: [
      {
        keyid: signer.fingerprint,
        sig: signature.toString("base64"),
        algorithm: signer.algorithm,
        publicKey: pemOf(signer.publicKey),
      },
    ],
  });
}

export function factsOf({ algorithm, fingerprint, kmsKey }: SignerFacts): SignerFacts {
  return { algorithm, fingerprint, ...(kmsKey !== undefined && { kmsKey }) };
}

function textOf(value: z.input<typeof envelope>): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What DSSE signs: the type and the payload, each after its length. */
function signedBytes(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload]);
}

/** What a signature file says, once its signature is known to be by its key. */
export interface CheckedSignature {
  readonly signer: SignerFacts;
  /** The SHA-256 of the files that were signed. */
  readonly html: string;
  readonly json: string;
}

/** Checks a signature file against the public key in it. Answers what is wrong, in a few words, where something is. */
export function checkSignature(text: Buffer): CheckedSignature | string {
  const read = envelope.safeParse(parsedJson(text.toString()));
  if (!read.success) return "it is not a signature of a report";
  const [{ keyid, sig, algorithm, publicKey }] = read.data.signatures;
  // Each value has one way to be written, so that no byte can differ unnoticed.
  const [payload, signature] = [Buffer.from(read.data.payload, "base64"), Buffer.from(sig, "base64")];
  const key = parsedKey(publicKey);
  if (!key) return "its public key cannot be read";
  const written = { keyid, sig: signature.toString("base64"), algorithm, publicKey: pemOf(key) };
  const again = { payloadType: PAYLOAD_TYPE, payload: payload.toString("base64"), signatures: [written] } as const;
  if (!Buffer.from(textOf({ ...again, signatures: [written] })).equals(text)) return "its text was altered";
  if (keyid !== fingerprintOf(key)) return "its fingerprint is not that of its public key";
  if (algorithm !== algorithmOf(key)?.name) return "its algorithm is not that of its public key";
  if (!isSignedBy(key, signedBytes(payload), signature)) return "the signature is not by its public key";
  const said = statement.safeParse(parsedJson(payload.toString()));
  if (!said.success) return "what it signs is not a report";
  const { subject, predicate } = said.data;
  const { kmsKey, ...signer } = predicate.signer;
  if (signer.fingerprint !== keyid || signer.algorithm !== algorithm) return "it names another key than its own";
  const [html, json] = subject.map(({ digest }) => digest.sha256);
  return { signer: { ...signer, ...(kmsKey !== undefined && { kmsKey }) }, html: html ?? "", json: json ?? "" };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON is not a signature, which the caller says.
    return undefined;
  }
}

function parsedKey(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    // The caller says that it cannot be read.
    return undefined;
  }
}
