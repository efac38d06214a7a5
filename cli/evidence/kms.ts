import { createPublicKey } from "node:crypto";
import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { formatError, serviceError } from "../../functions/model/errors.ts";
import { resolveAws } from "../aws.ts";
import { LocalError, UsageError } from "../usage.ts";
import { algorithmOf, fingerprintOf, isSignedBy, type Signer } from "./keys.ts";

/** Whether `--sign` names a key of AWS KMS: by its ARN or an alias. Anything else is a file. */
export function isKmsKey(text: string): boolean {
  return /^(arn:|alias\/)/.test(text);
}

const KMS_ARN = /^arn:[a-z0-9-]+:kms:([a-z0-9-]+):\d{12}:(?:key|alias)\/.+$/;

/** What signs with a key of AWS KMS, in the region of its ARN or the configured one. Its private key never leaves KMS. */
export async function openKmsSigner(
  key: string,
  { profile }: { readonly profile?: string },
): Promise<Signer & { close(): void }> {
  const aws = await resolveAws(process.env, profile === undefined ? {} : { profile });
  const [isArn, inArn] = KMS_ARN.exec(key) ?? [];
  if (key.startsWith("arn:") && !isArn) {
    throw new UsageError(`--sign ${key} is not the ARN of a KMS key: arn:aws:kms:REGION:ACCOUNT:key/ID`);
  }
  const region = inArn ?? aws.region?.value;
  if (region === undefined)
    throw new UsageError(`--sign ${key}: no region is configured: give the key's ARN, or set AWS_REGION`);
  const { credentials, network } = aws;
  const { httpsAgent } = network;
  const client = new KMSClient({ region, credentials, ...(httpsAgent && { requestHandler: { httpsAgent } }) });
  const requested = { key, region };
  try {
    const answer = await client.send(new GetPublicKeyCommand({ KeyId: key })).catch((error: unknown) => {
      throw kmsError("GetPublicKey", requested, error);
    });
    const publicKey = createPublicKey({ key: Buffer.from(answer.PublicKey ?? []), format: "der", type: "spki" });
    const algorithm = algorithmOf(publicKey);
    if (!algorithm || answer.KeyUsage !== "SIGN_VERIFY" || !answer.SigningAlgorithms?.includes(algorithm.kms)) {
      throw new UsageError(`--sign ${key} is a key of spec ${answer.KeySpec} for ${answer.KeyUsage}: ${MAKE_ONE}`);
    }
    return {
      ...{ algorithm: algorithm.name, fingerprint: fingerprintOf(publicKey), publicKey, kmsKey: answer.KeyId ?? key },
      async sign(message) {
        const command = new SignCommand({
          KeyId: key,
          Message: message,
          MessageType: "RAW",
          SigningAlgorithm: algorithm.kms,
        });
        const { Signature = new Uint8Array() } = await client.send(command).catch((error: unknown) => {
          throw kmsError("Sign", requested, error);
        });
        const signature = Buffer.from(Signature);
        if (isSignedBy(publicKey, message, signature)) return signature;
        throw new LocalError(
          `what KMS answered is not a signature by ${key}: check whether its alias was moved meanwhile`,
        );
      },
      close: () => client.destroy(),
    };
  } catch (error) {
    client.destroy();
    throw error;
  }
}

const MAKE_ONE =
  "make one with `aws kms create-key --key-usage SIGN_VERIFY --key-spec ECC_NIST_EDWARDS25519` (or ECC_NIST_P256)";

function kmsError(
  operation: string,
  { key, region }: { readonly key: string; readonly region: string },
  error: unknown,
): Error {
  const name = error instanceof Error ? error.name : "";
  const failed = `--sign ${key}: kms:${operation} failed`;
  if (name === "NotFoundException")
    return new LocalError(`${failed}: there is no such key in ${region}: give its ARN, or set AWS_REGION`);
  if (name === "UnsupportedOperationException" || name === "InvalidKeyUsageException") {
    return new LocalError(`${failed}: it is not a key for signing: ${MAKE_ONE}`);
  }
  if (name === "DisabledException" || name === "KMSInvalidStateException") {
    return new LocalError(`${failed}: ${formatError(error)}: enable the key, or give another`);
  }
  return new LocalError(`--sign ${key}: ${serviceError(`kms:${operation}`, error).message}`, { cause: error });
}
