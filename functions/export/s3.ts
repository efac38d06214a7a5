import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { SyncError, serviceError } from "../model/errors.ts";
import type { Destination, WritableFile } from "./destination.ts";

/** A bucket, and what the keys begin with: nothing, or folders without a `/` at the end. */
export interface Bucket {
  readonly bucket: string;
  readonly prefix: string;
}

/** A prefix of a bucket. */
export interface BucketDestination extends Destination {
  /** Puts a small file unless there is one. Answers whether it did. */
  putIfAbsent(path: string, text: string): Promise<boolean>;
}

/** Bytes of a part, which are in memory; S3 takes 10,000 parts of at least 5 MiB. A file that fits into one is put at once. */
const PART_BYTES = 5 * 1024 * 1024;
const MAX_DELETED = 1_000;

/** Writes to a bucket. A file is there once it is whole. Fails with SyncErrors. */
export function bucketDestination(
  client: S3Client,
  { bucket: Bucket, prefix }: Bucket,
  partBytes = PART_BYTES,
): BucketDestination {
  const root = prefix === "" ? "" : `${prefix}/`;
  const name = `s3://${Bucket}${prefix === "" ? "" : `/${prefix}`}`;
  const keyOf = (path: string) => ({ Bucket, Key: `${root}${path}` });
  /** Runs a request, and names it where it fails. */
  const ask = async <Output>(operation: string, path: string, request: Promise<Output>): Promise<Output> => {
    try {
      return await request;
    } catch (error) {
      throw bucketError(`S3 ${operation} ${name}/${path}`, error);
    }
  };
  return {
    name,
    async *list() {
      const pages = paginateListObjectsV2({ client }, { Bucket, Prefix: root })[Symbol.asyncIterator]();
      for (;;) {
        const page = await ask("ListObjectsV2", "", pages.next());
        if (page.done) return;
        for (const { Key = "" } of page.value.Contents ?? []) {
          // Consoles put an empty object for a folder.
          if (!Key.endsWith("/")) yield Key.slice(root.length);
        }
      }
    },
    async read(path) {
      try {
        const { Body } = await client.send(new GetObjectCommand(keyOf(path)));
        return await Body?.transformToString();
      } catch (error) {
        if (isNamed(error, "NoSuchKey")) return undefined;
        throw bucketError(`S3 GetObject ${name}/${path}`, error);
      }
    },
    async put(path, text) {
      await ask("PutObject", path, client.send(new PutObjectCommand({ ...keyOf(path), Body: text })));
    },
    async putIfAbsent(path, text) {
      try {
        await client.send(new PutObjectCommand({ ...keyOf(path), Body: text, IfNoneMatch: "*" }));
        return true;
      } catch (error) {
        if (isNamed(error, "PreconditionFailed") || isNamed(error, "ConditionalRequestConflict")) return false;
        throw bucketError(`S3 PutObject ${name}/${path}`, error);
      }
    },
    create: async (path) =>
      upload(client, keyOf(path), partBytes, (operation, request) => ask(operation, path, request)),
    async remove(paths) {
      for (let from = 0; from < paths.length; from += MAX_DELETED) {
        const Objects = paths.slice(from, from + MAX_DELETED).map((path) => ({ Key: `${root}${path}` }));
        const command = new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } });
        const { Errors: [first] = [] } = await ask("DeleteObjects", paths[from] ?? "", client.send(command));
        if (first) throw bucketError(`S3 DeleteObject s3://${Bucket}/${first.Key}`, errorOf(first));
      }
    },
  };
}

type Ask = <Output>(operation: string, request: Promise<Output>) => Promise<Output>;

/** An object that is put at its end, in parts if it is larger than one. */
function upload(
  client: S3Client,
  key: { readonly Bucket: string; readonly Key: string },
  partBytes: number,
  ask: Ask,
): WritableFile {
  const parts: { readonly PartNumber: number; readonly ETag: string | undefined }[] = [];
  let chunks: Uint8Array[] = [];
  let size = 0;
  let uploadId: string | undefined;
  const take = () => {
    const Body = Buffer.concat(chunks);
    chunks = [];
    size = 0;
    return Body;
  };
  const putPart = async () => {
    uploadId ??= (await ask("CreateMultipartUpload", client.send(new CreateMultipartUploadCommand(key)))).UploadId;
    const PartNumber = parts.length + 1;
    const part = new UploadPartCommand({ ...key, UploadId: uploadId, PartNumber, Body: take() });
    parts.push({ PartNumber, ETag: (await ask("UploadPart", client.send(part))).ETag });
  };
  return {
    async write(bytes) {
      chunks.push(bytes);
      size += bytes.byteLength;
      if (size >= partBytes) await putPart();
    },
    async close() {
      if (uploadId === undefined) {
        await ask("PutObject", client.send(new PutObjectCommand({ ...key, Body: take() })));
        return;
      }
      if (size > 0) await putPart();
      const all = { ...key, UploadId: uploadId, MultipartUpload: { Parts: parts } };
      await ask("CompleteMultipartUpload", client.send(new CompleteMultipartUploadCommand(all)));
    },
    async abort() {
      if (uploadId === undefined) return;
      // Parts that are left cost until the bucket's lifecycle ends them; why the file is given up matters more.
      await client.send(new AbortMultipartUploadCommand({ ...key, UploadId: uploadId })).catch(() => undefined);
    },
  };
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function errorOf({ Code = "UnknownError", Message = "" }: { readonly Code?: string; readonly Message?: string }) {
  return Object.assign(new Error(Message), { name: Code });
}

function bucketError(what: string, error: unknown): SyncError {
  const remedy = error instanceof Error ? REMEDIES[error.name] : undefined;
  if (remedy === undefined || !(error instanceof Error)) return serviceError(what, error);
  return new SyncError("refused", `${what} failed: ${error.name}: ${error.message}. ${remedy}`, { cause: error });
}

/** What ends a condition that S3 has and other services have not. */
const REMEDIES: Readonly<Record<string, string>> = {
  NoSuchBucket: "Make the bucket first, or name another",
  PermanentRedirect: "The bucket is in another region: set AWS_REGION to it",
  AuthorizationHeaderMalformed: "The bucket is in another region: set AWS_REGION to it",
};
