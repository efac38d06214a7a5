import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { UsageError } from "../usage.ts";
import { type SignerFacts, sha256 } from "./contents.ts";

/** A way to sign that Node and AWS KMS have in common. */
export interface Algorithm {
  readonly name: string;
  /** What KMS calls it. */
  readonly kms: "ED25519_SHA_512" | "ECDSA_SHA_256" | "ECDSA_SHA_384" | "ECDSA_SHA_512";
  /** What hashes the message first; Ed25519 does so itself. */
  readonly hash: string | null;
  /** OpenSSL's name of the curve. */
  readonly curve?: string;
}

const ED25519: Algorithm = { name: "Ed25519", kms: "ED25519_SHA_512", hash: null };
const ECDSA: readonly Algorithm[] = [
  { name: "ECDSA P-256 SHA-256", kms: "ECDSA_SHA_256", hash: "sha256", curve: "prime256v1" },
  { name: "ECDSA P-384 SHA-384", kms: "ECDSA_SHA_384", hash: "sha384", curve: "secp384r1" },
  { name: "ECDSA P-521 SHA-512", kms: "ECDSA_SHA_512", hash: "sha512", curve: "secp521r1" },
];

/** What signs reports. */
export interface Signer extends SignerFacts {
  readonly publicKey: KeyObject;
  sign(message: Buffer): Promise<Buffer>;
}

/** How a key signs; undefined of one that reports are not signed with. */
export function algorithmOf(key: KeyObject): Algorithm | undefined {
  if (key.asymmetricKeyType === "ed25519") return ED25519;
  if (key.asymmetricKeyType !== "ec") return undefined;
  return ECDSA.find(({ curve }) => curve === key.asymmetricKeyDetails?.namedCurve);
}

export function fingerprintOf(publicKey: KeyObject): string {
  return `sha256:${sha256(publicKey.export({ type: "spki", format: "der" }))}`;
}

/** The key's text in a signature: the same key always gives the same. */
export function pemOf(publicKey: KeyObject): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

/** Whether the signature of a message is by the key. */
export function isSignedBy(publicKey: KeyObject, message: Buffer, signature: Buffer): boolean {
  const algorithm = algorithmOf(publicKey);
  return algorithm !== undefined && verify(algorithm.hash, message, publicKey, signature);
}

const MAKE_ONE = "make one with `openssl genpkey -algorithm ed25519 -out key.pem`";
const KEYS = "reports are signed with Ed25519 or ECDSA (P-256, P-384, P-521)";

/** What signs with the private key in a PEM file. Throws a UsageError that says what is wrong with the file. */
export async function readSigner(file: string): Promise<Signer> {
  const text = await readPem(file, "--sign", MAKE_ONE);
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  const refuse = (what: string, remedy: string) => new UsageError(`--sign ${file} ${what}: ${remedy}`);
  if (label === undefined) throw refuse("holds no key in PEM format", MAKE_ONE);
  if (label.endsWith("PUBLIC KEY")) throw refuse("is a public key, which cannot sign", "give the private key");
  if (label === "CERTIFICATE") throw refuse("is a certificate, which cannot sign", "give its private key");
  if (label.startsWith("OPENSSH")) throw refuse("is a key in OpenSSH's own format, which is not read", MAKE_ONE);
  if (!label.endsWith("PRIVATE KEY")) throw refuse(`is no private key but "${label}"`, MAKE_ONE);
  if (label.startsWith("ENCRYPTED") || /^Proc-Type: .*ENCRYPTED/m.test(text)) {
    const remedy = `decrypt it with \`openssl pkey -in ${file} -out plain.pem\` and remove that afterwards, or use a key of AWS KMS`;
    throw refuse("is encrypted with a passphrase", remedy);
  }
  const key = parsed(() => createPrivateKey(text));
  if (!key) throw refuse("is no private key that OpenSSL can read", MAKE_ONE);
  const algorithm = algorithmOf(key);
  if (!algorithm) throw refuse(`is ${kindOf(key)} key`, `${KEYS}: ${MAKE_ONE}`);
  const publicKey = createPublicKey(key);
  return {
    ...{ algorithm: algorithm.name, fingerprint: fingerprintOf(publicKey), publicKey },
    sign: async (message) => sign(algorithm.hash, message, key),
  };
}

/** The fingerprint of the key that a signature must be by: one that is given as such, or that of the public key in a PEM file. */
export async function trustedFingerprint(given: string): Promise<string> {
  if (/^sha256:[0-9a-f]{64}$/i.test(given)) return given.toLowerCase();
  const remedy = "give the signer's public key, or its fingerprint (sha256:…)";
  const text = await readPem(given, "--key", remedy);
  const key = parsed(() => createPublicKey(text));
  if (!key) throw new UsageError(`--key ${given} holds no public key in PEM format: ${remedy}`);
  if (algorithmOf(key)) return fingerprintOf(key);
  throw new UsageError(`--key ${given} is ${kindOf(key)} key, and ${KEYS}: ${remedy}`);
}

function kindOf({ asymmetricKeyType: type, asymmetricKeyDetails }: KeyObject): string {
  const kind = (type ?? "unknown").replace("-pss", "").toUpperCase();
  const curve = asymmetricKeyDetails?.namedCurve;
  return `${/^[AEFHILMNORSX]/.test(kind) ? "an" : "a"} ${kind}${curve ? ` (${curve})` : ""}`;
}

/** No key is longer. */
const MAX_PEM_BYTES = 100_000;

async function readPem(file: string, option: string, remedy: string): Promise<string> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a folder"
          : `it cannot be read (${code})`;
    throw new UsageError(`${option} ${file}: ${what}: ${remedy}`);
  }
  if (content.length > MAX_PEM_BYTES) throw new UsageError(`${option} ${file} is too large for a key: ${remedy}`);
  return content.toString();
}

function parsed(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    // OpenSSL's reasons are codes; the caller says what to give instead.
    return undefined;
  }
}
