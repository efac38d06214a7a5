import { paginateListAssociations, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { createPaginator } from "@smithy/core";
import {
  IoTManagedIntegrationsClient,
  ListAccountAssociationsCommand,
  type ListAccountAssociationsCommandInput,
  type ListAccountAssociationsCommandOutput,
} from "../../functions/aws/iot-managed-integrations/index.ts";
import { clientSettings } from "../../functions/aws/settings.ts";
import { REGION } from "../processes/account.ts";

/** What a generated client would have. */
const paginateListAccountAssociations = createPaginator<
  { client: IoTManagedIntegrationsClient; pageSize: number },
  ListAccountAssociationsCommandInput,
  ListAccountAssociationsCommandOutput
>(IoTManagedIntegrationsClient, ListAccountAssociationsCommand, "NextToken", "NextToken", "MaxResults");

/** The pages of a source's official paginator, at its largest page size, in its order. */
export async function* listing(source: string, service: string): AsyncGenerator<readonly object[]> {
  const { clockOffset: _clockOffset, ...settings } = clientSettings({ region: REGION, endpoint: service });
  if (source === "sagemaker.associations") {
    const client = new SageMakerClient(settings);
    const order = { SortBy: "CreationTime", SortOrder: "Ascending", CreatedAfter: new Date(0) } as const;
    for await (const page of paginateListAssociations({ client, pageSize: 100 }, order)) {
      yield page.AssociationSummaries ?? [];
    }
    client.destroy();
  } else if (source === "iot.account-associations") {
    const client = new IoTManagedIntegrationsClient(settings);
    for await (const page of paginateListAccountAssociations({ client, pageSize: 1000 }, {})) yield page.Items ?? [];
    client.destroy();
  } else {
    throw new Error(`there is no baseline for ${source}`);
  }
}

/** Drains a source's official paginator and keeps nothing. Answers how many items there were. */
export async function drain(source: string, service: string): Promise<number> {
  let items = 0;
  for await (const page of listing(source, service)) items += page.length;
  return items;
}
