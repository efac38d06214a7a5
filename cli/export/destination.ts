import type { Destination } from "../../functions/export/destination.ts";
import { UsageError } from "../usage.ts";
import { folderDestination } from "./folder.ts";

/** A destination, and what ends its connections. */
export type OpenDestination = Destination & { end(): void };

const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

/** Opens a folder, or `s3://bucket/prefix`. Throws a UsageError for what is neither. */
export async function openDestination(to: string, profile: string | undefined): Promise<OpenDestination> {
  if (to === "") throw new UsageError("--to is empty: name a folder, or s3://bucket/prefix");
  const [scheme] = /^[a-z0-9+.-]+:\/\//i.exec(to) ?? [];
  if (scheme === undefined) return { ...folderDestination(to), end: () => undefined };
  const [, bucket, path = ""] = BUCKET.exec(to) ?? [];
  const prefix = path.replace(/\/$/, "");
  const isPrefix =
    prefix === "" || prefix.split("/").every((part) => /^[\w!.*'()=,@+ -]+$/.test(part) && !/^\.+$/.test(part));
  if (bucket === undefined || !isPrefix) {
    throw new UsageError(`--to ${to} is not a folder, nor a bucket and a prefix, like s3://my-bucket/exports/march`);
  }
  return openBucket(bucket, prefix, profile);
}

async function openBucket(bucket: string, prefix: string, profile: string | undefined): Promise<OpenDestination> {
  const [{ S3Client }, { bucketDestination }, { resolveAws }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("../../functions/export/s3.ts"),
    import("../aws.ts"),
  ]);
  const aws = await resolveAws(process.env, profile === undefined ? {} : { profile });
  if (aws.region === undefined) throw new UsageError("no region is configured: set AWS_REGION to the bucket's region");
  const { value: endpoint } = aws.endpoint("s3");
  const { httpsAgent } = aws.network;
  const client = new S3Client({
    region: aws.region.value,
    credentials: aws.credentials,
    // A bucket's own host is only at AWS.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(httpsAgent && { requestHandler: { httpsAgent } }),
  });
  return { ...bucketDestination(client, { bucket, prefix }), end: () => client.destroy() };
}
