/** What the SDK's schema does not say of a service. */
export interface ServiceFacts {
  /** As AWS writes it, for people. */
  readonly name: string;
  readonly iamPrefix: string;
  /** The greatest page of its list operations. */
  readonly maxPageSize: number;
  /** How often it is called at most in one account and region. Where AWS documents a rate, no operation may exceed it. */
  readonly callsPerSecond: number;
  /** Where it is known to exist, in every partition. */
  readonly regions: readonly string[];
}

/** The services, by the part of their sources' ids before the dot. A test compares them with the services' API models. */
export const SERVICES: Readonly<Record<string, ServiceFacts>> = {
  sagemaker: {
    name: "SageMaker",
    iamPrefix: "sagemaker",
    maxPageSize: 100,
    callsPerSecond: 10,
    regions: regions(
      "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2",
      "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7",
      "ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2",
      "eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2",
      "cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-isob-east-1 us-isof-east-1",
      "us-isof-south-1 eusc-de-east-1",
    ),
  },
  cleanrooms: {
    name: "Clean Rooms",
    iamPrefix: "cleanrooms",
    maxPageSize: 100,
    callsPerSecond: 5,
    regions: regions(
      "ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 eu-central-1 eu-north-1 eu-west-1 eu-west-2",
      "us-east-1 us-east-2 us-west-2",
    ),
  },
  // The two regions that are documented; the list is not.
  iot: {
    name: "IoT Managed Integrations",
    iamPrefix: "iotmanagedintegrations",
    maxPageSize: 1000,
    callsPerSecond: 10,
    regions: regions("ca-central-1 eu-west-1"),
  },
  workspaces: {
    name: "WorkSpaces",
    iamPrefix: "workspaces",
    maxPageSize: 25,
    callsPerSecond: 10,
    regions: regions(
      "af-south-1 ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ap-southeast-5 ca-central-1",
      "eu-central-1 eu-west-1 eu-west-2 eu-west-3 il-central-1 sa-east-1 us-east-1 us-east-2 us-west-2",
      "cn-northwest-1 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1",
    ),
  },
};

/** Calls a second of a worker beside another one in the same target, which leaves them to it. */
const RATE_BESIDE = 1;

/** How often a worker may call a service in one account and region. The dispatcher lets one other at most be there. */
export function rateOfWorker(
  service: string,
  { workers, beside }: { readonly workers: number; readonly beside: boolean },
): number {
  const { callsPerSecond = RATE_BESIDE } = SERVICES[service] ?? {};
  if (workers === 1) return callsPerSecond;
  return beside ? RATE_BESIDE : Math.max(RATE_BESIDE, callsPerSecond - RATE_BESIDE);
}

function regions(...lists: readonly string[]): readonly string[] {
  return lists.flatMap((list) => list.split(" "));
}
